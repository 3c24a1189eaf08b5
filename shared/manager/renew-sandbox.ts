import type { Config } from '../config/schema.ts'
import { ActionError, invalidParameter, invalidSandboxStatus, sandboxNotFound } from '../errors.ts'
import type { Call } from './ecs/call.ts'
import { tagInstance } from './ecs/instances.ts'
import { toUtc } from './ecs/time.ts'
import { translateSandboxErrors } from './ecs/translate-errors.ts'
import { cleanupReason } from './sandbox/cleanup-reason.ts'
import { endAfter, endOf, endTag } from './sandbox/lifetime.ts'
import { findSandbox } from './sandbox/sandbox.ts'

export interface Renewed {
  SandboxId: string
  /** When it ends now: RFC 3339 in UTC; absent where it has no end. */
  ExpireAt: string | undefined
}

const MARGIN_MS = 2_000

// The longest lifetime that a caller knows gets shorter while the call is on its way: that much is cut and not refused.
const TOLERANCE_MS = 10_000

/**
 * Sets a new end of a sandbox, later or earlier than before. Two calls to the cloud.
 *
 * What is past its end may be in deletion, so it is refused; and a renewal is confirmed two seconds before the old end or
 * not at all. Who deletes what is past its end, having read it after that end, therefore never deletes what was renewed, as
 * long as the clocks agree and the cloud shows what it has confirmed to two seconds.
 * @param lifetimeSeconds  from now; 0: no end
 * @throws {ActionError} `InvalidParameter.LifetimeSeconds`, `InvalidSandbox.NotFound`, `InvalidSandboxStatus`, and what
 *   the cloud brings about
 */
export function renewSandbox(call: Call, SandboxId: string, lifetimeSeconds: number): Promise<Renewed> {
  return translateSandboxErrors(SandboxId, async () => {
    const { config } = call
    const end = endAfter(config, lifetimeSeconds)
    const instance = await findSandbox(call, SandboxId)
    if (instance === undefined) throw sandboxNotFound(SandboxId)
    const { status, createdAt } = instance
    const oldEnd = endOf(instance, config) ?? Number.POSITIVE_INFINITY
    // The clean-up deletes it whatever its end is.
    const isEnding = status === 'DELETING' || status === 'ERROR' || cleanupReason(instance, config)?.reason === 'Stuck'
    if (isEnding || oldEnd - MARGIN_MS <= Date.now()) {
      throw invalidSandboxStatus(
        SandboxId,
        isEnding ? status : 'past its end, or two seconds before it',
        'It cannot be renewed.',
      )
    }
    const newEnd = end && possibleEnd(end, SandboxId, createdAt, config)
    await tagInstance({ ...call, deadline: Math.min(call.deadline, oldEnd - MARGIN_MS) }, SandboxId, endTag(newEnd))
    return { SandboxId, ExpireAt: toUtc(newEnd) }
  })
}

/**
 * The end that was asked for, or the latest possible one where they differ by no more than a call takes. All times are
 * milliseconds since 1970.
 * @throws {ActionError} `InvalidParameter.LifetimeSeconds` or `InvalidSandboxStatus` for an end that is too late,
 *   `ServiceUnavailable` where the cloud does not say when the sandbox was created
 */
function possibleEnd(end: number, sandboxId: string, createdAt: number | undefined, { lifetime }: Config): number {
  const { max_seconds } = lifetime
  if (max_seconds === 0) return end
  if (createdAt === undefined) {
    const message = `The cloud does not say when sandbox ${sandboxId} was created. Repeat the call.`
    throw new ActionError(503, 'ServiceUnavailable', message)
  }
  const lastEnd = createdAt + max_seconds * 1_000
  if (end <= lastEnd) return end
  const longest = Math.floor((lastEnd - Date.now()) / 1_000)
  if (longest < 1) throw invalidSandboxStatus(sandboxId, `${max_seconds} seconds old`, 'It cannot live longer.')
  if (end <= lastEnd + TOLERANCE_MS) return lastEnd
  const rule = `must be at most ${longest}: a sandbox ends at most ${max_seconds} seconds after its creation`
  throw invalidParameter('LifetimeSeconds', rule)
}
