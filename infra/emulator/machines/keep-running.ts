import { setImmediate } from 'node:timers/promises'
import type { Instance } from '../ecs/instance.ts'
import { KeptProgram, type KeptProgramOptions } from './kept-program.ts'
import type { Start } from './program.ts'

type KeepOptions = {
  /** All there are, as they are now. */
  instances: () => readonly Instance[]
  /** What is to run in an instance while it is on; undefined: nothing. */
  startFor: (instance: Instance) => Start | undefined
  /** Gets what there is to say, line by line. */
  onLog: (line: string) => void
  /** How long after its first end a program begins again, in milliseconds; default a second. */
  pauseMs?: number
  /** How often to look, in milliseconds; default ten times a second. */
  lookMs?: number
}

/**
 * Keeps in each instance what is to run there: looks at all of them again and again, begins what is missing and ends what
 * should not be. Looking is all: a status may change by any call, by the clock, or between two looks and back, which the
 * count of boots tells. Nobody waits for it.
 */
export function keepRunning(options: KeepOptions): { close(): Promise<void> } {
  // By address, not by instance: what begins at an address has to wait until what was there has gone.
  const kept = new Map<string, KeptProgram>()

  let isLooking = false
  let isClosed = false

  const end = async (address: string, program: KeptProgram) => {
    try {
      await program.end()
    } catch (error) {
      options.onLog(`${address}: its end has failed: ${(error as Error).message}`)
    }
    kept.delete(address)
  }
  const look = async () => {
    const wanted = wantedNow(options)
    for (const [address, program] of kept) {
      if (program.isEnding || program.boot === wanted.get(address)?.boot) continue
      end(address, program)
    }
    for (const [address, program] of wanted) {
      if (isClosed) return
      if (kept.has(address)) continue
      kept.set(address, new KeptProgram({ ...options, ...program }))
      await setImmediate() // to start a process takes its time, and the cloud has calls to answer
    }
  }
  const timer = setInterval(async () => {
    if (isLooking) return
    isLooking = true
    await look()
    isLooking = false
  }, options.lookMs ?? 100).unref()

  return {
    async close() {
      isClosed = true
      clearInterval(timer)
      await Promise.all([...kept].map(([address, program]) => end(address, program)))
    },
  }
}

function wantedNow({ instances, startFor }: KeepOptions) {
  const wanted = new Map<string, Pick<KeptProgramOptions, 'boot' | 'name' | 'begin'>>()
  for (const instance of instances()) {
    const start = startFor(instance)
    const address = instance.NetworkInterfaces[0]?.PrimaryIpAddress
    if (!start || !address || !isOn(instance)) continue
    const { InstanceId, InstanceName, boots } = instance
    wanted.set(address, {
      boot: `${InstanceId} ${boots}`,
      name: `${InstanceName} (${InstanceId}, ${address})`,
      begin: () => start(instance, address),
    })
  }
  return wanted
}

/** From the beginning of a boot that will end well, so that what runs in a machine is there when it is RUNNING. */
function isOn({ Status, next }: Instance): boolean {
  return next ? next.status === 'RUNNING' : Status === 'RUNNING'
}
