import type { Instance } from '../ecs/instance.ts'

/** A program that runs in one instance, for example its desktop. */
export type InstanceProgram = {
  /** Resolves with the reason when all its processes have exited. Never rejects. */
  exited: Promise<string>
  /** Stops it. Files on the disk of the instance stay. Resolves after `exited`. */
  stop(): Promise<void>
}

/** Starts a program in the instance with this address, and does not wait for it. Throws if it cannot start. */
export type StartProgram = (instance: Instance, address: string) => InstanceProgram
