import type { Instance } from '../ecs/instance.ts'

/** What runs in one instance, from a boot to its end. */
export type Program = {
  /** Resolves, when nothing of it runs any more, with the reason in words. Never rejects. */
  ended: Promise<string>
  /** Ends it and takes away what it has left; resolves after `ended`. */
  end(): Promise<void>
}

/** Starts what runs in an instance that has this address. Does not wait; throws what keeps it from starting. */
export type Start = (instance: Instance, address: string) => Program
