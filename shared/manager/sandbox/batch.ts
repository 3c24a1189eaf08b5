import { randomUUID } from 'node:crypto'
import type { Call } from '../ecs/call.ts'
import { CloudError } from '../ecs/cloud-error.ts'
import { deleteInstances, describeInstancesById, type Instance, stopInstances, tagInstances } from '../ecs/instances.ts'
import type { Pace } from '../ecs/pacer.ts'
import { isCodeAboutMachine } from '../ecs/translate-errors.ts'
import { isSandbox } from './sandbox.ts'
import { STOPPED_BY_CLEANUP } from './stopped-by.ts'

/**
 * The outcome for one instance of a batch:
 * - `done`: the cloud deletes or stops it, or it was already gone
 * - `deleting`: it was already being deleted
 * - `missing`: it is not visible: gone, or too new
 * - `foreign`: it is not a sandbox that the caller sees
 * - `kept`: `isDue` returned false
 * - `refused`: the cloud does not do it because of the machine's state, its protection or its billing
 * - `failed`: the cloud failed, or the outcome is unknown
 */
export interface BatchOutcome {
  outcome: 'done' | 'deleting' | 'missing' | 'foreign' | 'kept' | 'refused' | 'failed'
  /** The cloud's code, or else the kind of failure. */
  code?: string | undefined
}

/** What is done to the instances of a batch. */
interface Operation {
  /** The maximum number of instances in a batch, by the limits of ECS. */
  size: number
  /**
   * @returns for each instance the code with which the cloud refused it, or undefined if it accepted. Undefined instead of
   *   the map if there is no time.
   */
  run(call: Call, ids: readonly string[], pace: Pace): Promise<Map<string, string | undefined> | undefined>
}

/** Deletes the instances with one call to the cloud. */
export const DELETION: Operation = {
  size: 100,
  run: async (call, ids, pace) => ((await pace('DeleteInstances')) ? deleteInstances(call, ids) : undefined),
}

/** Stops the instances for the clean-up with two calls to the cloud: the first one sets the tag that says so. */
export const STOP: Operation = {
  // The limit of TagResources.
  size: 50,
  async run(call, ids, pace) {
    if (!(await pace('TagResources'))) return undefined
    await tagInstances(call, ids, STOPPED_BY_CLEANUP)
    if (!(await pace('StopInstances'))) return undefined
    const { mode, force } = call.config.stop
    // The same token for all tries: if an answer is lost, the next try gets it and no refusal of what is already stopped.
    return stopInstances(call, ids, { StoppedMode: mode, ForceStop: force, ClientToken: randomUUID() })
  },
}

/**
 * Reads the instances again, and runs the operation for the sandboxes that the caller sees and for which `isDue` returns
 * true. If the cloud refuses one, it still does the others. One call to the cloud and those of the operation.
 *
 * @param ids  at most `operation.size`
 * @param isDue  whether to do it with the instance in its current state
 * @param pace  awaited before each call
 * @returns the outcome for each id, also if the cloud fails; without the ids for which there was no time
 */
export async function runBatch(
  call: Call,
  operation: Operation,
  ids: readonly string[],
  isDue: (instance: Instance) => boolean = () => true,
  pace: Pace = async () => true,
): Promise<Map<string, BatchOutcome>> {
  const outcomes = new Map<string, BatchOutcome>()
  const setAll = (some: readonly string[], outcome: BatchOutcome) => {
    for (const id of some) outcomes.set(id, outcome)
  }
  const due: string[] = []
  try {
    if (!(await pace('DescribeInstances'))) return outcomes
    const seen = await describeInstancesById(call, ids)
    for (const id of ids) {
      const instance = seen.get(id)
      if (!instance) outcomes.set(id, { outcome: 'missing' })
      else if (!isSandbox(instance, call)) outcomes.set(id, { outcome: 'foreign' })
      else if (!isDue(instance)) outcomes.set(id, { outcome: 'kept' })
      else if (instance.status === 'DELETING') outcomes.set(id, { outcome: 'deleting', code: 'DELETING' })
      else due.push(id)
    }
  } catch (error) {
    setAll(ids, failed(error))
  }
  try {
    const answers = due.length > 0 ? await operation.run(call, due, pace) : undefined
    if (answers === undefined) return outcomes
    for (const id of due) {
      outcomes.set(id, answers.has(id) ? outcomeOf(answers.get(id)) : { outcome: 'failed', code: 'unreadable' })
    }
  } catch (error) {
    setAll(due, failed(error))
  }
  return outcomes
}

function failed(error: unknown): BatchOutcome {
  if (!(error instanceof CloudError)) throw error
  return { outcome: 'failed', code: error.details.code ?? error.kind }
}

function outcomeOf(code: string | undefined): BatchOutcome {
  if (code === undefined || /NotFound/.test(code)) return { outcome: 'done' }
  return { outcome: isCodeAboutMachine(code) ? 'refused' : 'failed', code }
}
