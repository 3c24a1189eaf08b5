import type { Faults } from '../ecs/faults.ts'
import type { Instance } from '../ecs/instance.ts'
import { startDesktop } from './desktop.ts'
import type { StartProgram } from './instance-program.ts'
import { type PasswordAgentOptions, startPasswordAgent } from './password-agent.ts'
import { startReconciler } from './reconciler.ts'
import { openRunFolder, removeLeftovers } from './run-folder.ts'

export type MachinesOptions = {
  /**
   * Gives every Linux instance a real desktop, with a VNC server at this port of its address. Needs Linux and the packages
   * of `missingPackages`.
   */
  desktops?: { port: number }
  /** Gives every Windows instance a password agent. */
  passwordAgent?: Omit<PasswordAgentOptions, 'faults'>
  /** Gets log lines. */
  onLog?: (line: string) => void
}

export type Machines = {
  /** Stops all programs. Resolves when nothing of them is left. */
  close(): Promise<void>
}

/** The instances, and the faults of the programs in them. */
type Ecs = { instances: () => readonly Instance[]; faults: Faults }

/**
 * Runs programs in the emulated instances, each at the address of its instance in 127.0.0.0/8. First removes the processes
 * and files that a killed emulator has left behind.
 */
export async function startMachines(ecs: Ecs, options: MachinesOptions): Promise<Machines> {
  const { desktops, passwordAgent, onLog = () => {} } = options
  const isLinux = process.platform === 'linux' // desktops run on no other system, so there are no leftovers of them
  if (isLinux) await removeLeftovers()
  const runFolder = isLinux && desktops ? openRunFolder() : undefined

  const startFor = (instance: Instance): StartProgram | undefined => {
    if (instance.OsType === 'Windows') {
      if (!passwordAgent || isAgentAbsent(ecs.faults, instance)) return undefined
      return (_, address) => startPasswordAgent(instance, address, { ...passwordAgent, faults: ecs.faults })
    }
    if (!runFolder || !desktops) return undefined
    return (_, address) =>
      startDesktop(instance, address, { ...desktops, folder: runFolder.create(instance.InstanceId) })
  }
  const onDeleted = (instanceId: string) => runFolder?.remove(instanceId)
  const reconciler = startReconciler({ instances: ecs.instances, startFor, onDeleted, onLog })
  return {
    async close() {
      await reconciler.close()
      await runFolder?.close()
    },
  }
}

function isAgentAbsent(faults: Faults, { InstanceId }: Instance): boolean {
  return faults.list().some((fault) => fault.Kind === 'AgentAbsent' && (fault.InstanceId ?? InstanceId) === InstanceId)
}
