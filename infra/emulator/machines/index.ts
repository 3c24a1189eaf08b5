import type { Faults } from '../ecs/faults.ts'
import type { Instance } from '../ecs/instance.ts'
import { startDesktop } from './desktop.ts'
import { keepRunning } from './keep-running.ts'
import { type PasswordAgentOptions, startPasswordAgent } from './password-agent.ts'
import type { Start } from './program.ts'
import { openRunFolder, removeLeftovers } from './run-folder.ts'

export type MachinesOptions = {
  /**
   * Every Linux instance has a real desktop, with a VNC server at this port of its address. That needs Linux, and the
   * packages of `missingPackages`.
   */
  desktops?: { port: number }
  /** Every Windows instance has a password agent. */
  passwordAgent?: Omit<PasswordAgentOptions, 'faults'>
  /** Gets what there is to say about what runs, line by line. */
  onLog?: (line: string) => void
}

export type Machines = {
  /** Ends what runs, and resolves when nothing of it is left. */
  close(): Promise<void>
}

/** The instances, and the faults of what runs in them. */
type Ecs = { instances: () => readonly Instance[]; faults: Faults }

/**
 * Runs in emulated instances what makes machines of them, each at its address of 127.0.0.0/8. Before, whatever a process
 * that was killed has left of such is ended and removed.
 */
export async function startMachines(ecs: Ecs, options: MachinesOptions): Promise<Machines> {
  const { desktops, passwordAgent, onLog = () => {} } = options
  const isLinux = process.platform === 'linux' // nowhere else there have ever been desktops
  if (isLinux) await removeLeftovers()
  const files = isLinux && desktops ? openRunFolder() : undefined

  const startFor = (instance: Instance): Start | undefined => {
    if (instance.OsType === 'Windows') {
      return passwordAgent && !isAgentAbsent(ecs.faults, instance)
        ? (_, address) => startPasswordAgent(instance, address, { ...passwordAgent, faults: ecs.faults })
        : undefined
    }
    const { InstanceId, boots } = instance
    return files && desktops
      ? (_, address) => startDesktop(instance, address, { ...desktops, folder: files.make(`${InstanceId}-${boots}`) })
      : undefined
  }
  const running = keepRunning({ instances: ecs.instances, startFor, onLog })
  return {
    async close() {
      await running.close()
      await files?.close()
    },
  }
}

function isAgentAbsent(faults: Faults, { InstanceId }: Instance): boolean {
  return faults.list().some((fault) => fault.Kind === 'AgentAbsent' && (fault.InstanceId ?? InstanceId) === InstanceId)
}
