import { ActionError, invalidSandboxStatus } from '../errors.ts'
import type { Call } from './ecs/call.ts'
import { CloudError } from './ecs/cloud-error.ts'
import { type Instance, untagInstance } from './ecs/instances.ts'
import { describeError, isOutOfStock, translateSandboxErrors } from './ecs/translate-errors.ts'
import { END_MARGIN_MS, endOf, tagOf } from './sandbox/lifetime.ts'
import { STOPPED_BY_TAG } from './sandbox/stopped-by.ts'
import { type Changed, changeState, requestChange, type Transition } from './sandbox/transition.ts'
import { storedTokens } from './sandbox/vnc-token.ts'

const START: Transition = {
  action: 'StartInstance',
  from: 'STOPPED',
  to: 'STARTING',
  reached: ['STARTING', 'RUNNING'],
  advice: 'Only a STOPPED sandbox can be started.',
}

/**
 * Starts a sandbox that is STOPPED. Two calls to the cloud; more if tags of the time before must be removed. ECS may find
 * no room for the machine after it has accepted the call: then the sandbox is STOPPED again.
 * @throws {ActionError} `InvalidSandbox.NotFound`, `InvalidSandboxStatus`, and the errors of the cloud: 503 if it has no
 *   room for the machine
 */
export function startSandbox(call: Call, SandboxId: string): Promise<Changed> {
  return translateSandboxErrors(SandboxId, () =>
    changeState(call, SandboxId, START, (instance) => start(call, instance)),
  )
}

async function start(call: Call, instance: Instance): Promise<void> {
  const { id } = instance
  // At its end, the clean-up stops or deletes it again.
  const lastMoment = (endOf(instance, call.config) ?? Number.POSITIVE_INFINITY) - END_MARGIN_MS
  if (lastMoment <= Date.now()) {
    const advice = 'Renew it first, if `lifetime.on_expire` allows that.'
    throw invalidSandboxStatus(id, 'past its end, or two seconds before it', advice)
  }
  const inTime = { ...call, deadline: Math.min(call.deadline, lastMoment) }
  const keys = outdatedTags(instance)
  await untagInstance(inTime, id, keys)
  try {
    await requestChange(inTime, START, id)
  } catch (error) {
    throw error instanceof CloudError && isOutOfStock(error) ? outOfStock(error) : error
  }
}

// The VNC tokens from before the stop would be valid again, because the address of the machine stays the same.
function outdatedTags(instance: Instance): string[] {
  const keys = storedTokens(instance.tags).map(({ key }) => key)
  return tagOf(instance, STOPPED_BY_TAG) === undefined ? keys : [...keys, STOPPED_BY_TAG]
}

function outOfStock(error: CloudError): ActionError {
  const message = `The cloud has no room for the machine now. Its disk is safe: start it later. ${describeError(error)}`
  return new ActionError(503, error.details.code ?? 'ServiceUnavailable', message, { cause: error, retryAfter: 60 })
}
