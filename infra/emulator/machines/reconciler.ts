import { setImmediate } from 'node:timers/promises'
import type { Instance } from '../ecs/instance.ts'
import type { StartProgram } from './instance-program.ts'
import { Supervisor, type SupervisorOptions } from './supervisor.ts'

type ReconcilerOptions = {
  /** All instances, as they are at the time of the call. */
  instances: () => readonly Instance[]
  /** What runs in an instance while it is on; undefined for nothing. */
  startFor: (instance: Instance) => StartProgram | undefined
  /** Called after an instance was deleted, once its program has stopped. */
  onDeleted?: (instanceId: string) => void
  /** Gets log lines. */
  onLog: (line: string) => void
  /** Pause before the first restart of a program, in milliseconds; default 1,000. */
  pauseMs?: number
  /** Interval of the checks, in milliseconds; default 100. */
  intervalMs?: number
}

/**
 * Keeps the programs in step with the instances: at an interval, it starts the programs that are missing and stops those
 * that should not run. It polls, because the status of an instance may change by any call, by the clock, or between two
 * checks and back. In the last case the number of boots differs.
 */
export function startReconciler(options: ReconcilerOptions): { close(): Promise<void> } {
  // By address and not by instance: a program must not start at an address before the previous one there has stopped.
  const supervisors = new Map<string, Supervisor>()

  /** The ids of the instances that have had a program and are not known to be deleted. */
  const startedInstances = new Set<string>()

  let isReconciling = false
  let isClosed = false

  const stop = async (address: string, supervisor: Supervisor) => {
    try {
      await supervisor.stop()
    } catch (error) {
      options.onLog(`${address}: could not be stopped: ${(error as Error).message}`)
    }
    supervisors.delete(address)
  }
  const reportDeleted = () => {
    if (startedInstances.size === 0) return
    const existing = new Set(options.instances().map(({ InstanceId }) => InstanceId))
    const withProgram = new Set([...supervisors.values()].map(({ instanceId }) => instanceId))
    for (const id of startedInstances) {
      if (existing.has(id) || withProgram.has(id)) continue
      startedInstances.delete(id)
      options.onDeleted?.(id)
    }
  }
  const reconcile = async () => {
    reportDeleted()
    const wanted = wantedPrograms(options)
    for (const [address, supervisor] of supervisors) {
      if (supervisor.isStopping || supervisor.boot === wanted.get(address)?.boot) continue
      stop(address, supervisor)
    }
    for (const [address, program] of wanted) {
      if (isClosed) return
      if (supervisors.has(address)) continue
      supervisors.set(address, new Supervisor({ ...options, ...program }))
      startedInstances.add(program.instanceId)
      await setImmediate() // starting a process takes time, and the emulated cloud has to answer calls in between
    }
  }
  const timer = setInterval(async () => {
    if (isReconciling) return
    isReconciling = true
    await reconcile()
    isReconciling = false
  }, options.intervalMs ?? 100).unref()

  return {
    async close() {
      isClosed = true
      clearInterval(timer)
      await Promise.all([...supervisors].map(([address, supervisor]) => stop(address, supervisor)))
    },
  }
}

/** By address. */
function wantedPrograms({ instances, startFor }: ReconcilerOptions) {
  const wanted = new Map<string, Pick<SupervisorOptions, 'instanceId' | 'boot' | 'name' | 'start'>>()
  for (const instance of instances()) {
    const start = startFor(instance)
    const address = instance.NetworkInterfaces[0]?.PrimaryIpAddress
    if (!start || !address || !isOn(instance)) continue
    const { InstanceId, InstanceName, boots } = instance
    wanted.set(address, {
      instanceId: InstanceId,
      boot: `${InstanceId} ${boots}`,
      name: `${InstanceName} (${InstanceId}, ${address})`,
      start: () => start(instance, address),
    })
  }
  return wanted
}

/** Also during a boot that will succeed, so that the program runs when the instance becomes RUNNING. */
function isOn({ Status, next }: Instance): boolean {
  return next ? next.status === 'RUNNING' : Status === 'RUNNING'
}
