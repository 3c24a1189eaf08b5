import type { Config } from '../config/schema.ts'
import { ActionError, invalidParameter, invalidSandboxStatus, sandboxNotFound } from '../errors.ts'
import type { Call } from './ecs/call.ts'
import { type Instance, tagInstance } from './ecs/instances.ts'
import { toUtc } from './ecs/time.ts'
import { translateSandboxErrors } from './ecs/translate-errors.ts'
import { cleanupStep } from './sandbox/cleanup-step.ts'
import { END_MARGIN_MS, endAfter, endOf, endTag, nextEnding } from './sandbox/lifetime.ts'
import { findSandbox } from './sandbox/sandbox.ts'

export interface Renewed {
  SandboxId: string
  /** The new end: RFC 3339 in UTC; absent if it has no end. */
  ExpireAt: string | undefined
}

// The longest possible lifetime gets shorter while a call is on its way. If the new end is too late by at most this, it
// is shortened and not refused.
const TOLERANCE_MS = 10_000

/**
 * Sets a new end of a sandbox, later or earlier than before. Two calls to the cloud.
 *
 * A sandbox that is past its end cannot be renewed, because the clean-up may be deleting or stopping it. Only one that is
 * already stopped can, until it is deleted (`lifetime.on_expire = "stop"`). A renewal succeeds at least two seconds before
 * the end or the deletion, or fails. The clean-up reads a sandbox just before it stops or deletes it, so it sees every
 * successful renewal, provided that the clocks agree and the cloud shows a new tag within two seconds.
 * @param lifetimeSeconds  from now; 0: no end
 * @throws {ActionError} `InvalidParameter.LifetimeSeconds`, `InvalidSandbox.NotFound`, `InvalidSandboxStatus`, and the
 *   errors of the cloud
 */
export function renewSandbox(call: Call, SandboxId: string, lifetimeSeconds: number): Promise<Renewed> {
  return translateSandboxErrors(SandboxId, async () => {
    const { config } = call
    const end = endAfter(config, lifetimeSeconds)
    const instance = await findSandbox(call, SandboxId)
    if (instance === undefined) throw sandboxNotFound(SandboxId)
    const { status, createdAt } = instance
    const lastMoment = lastMomentOf(instance, config)
    // The clean-up deletes these regardless of their end.
    const isEnding = status === 'DELETING' || status === 'ERROR' || cleanupStep(instance, config)?.reason === 'Stuck'
    if (isEnding || lastMoment <= Date.now()) {
      const isBeingStopped = !isEnding && nextEnding(instance, config)?.action === 'stop'
      throw invalidSandboxStatus(
        SandboxId,
        isEnding ? status : 'past its end, or two seconds before it',
        isBeingStopped ? 'Renew it once it is STOPPED.' : 'It cannot be renewed.',
      )
    }
    const newEnd = end && possibleEnd(end, SandboxId, createdAt, config)
    await tagInstance({ ...call, deadline: Math.min(call.deadline, lastMoment) }, SandboxId, endTag(newEnd))
    return { SandboxId, ExpireAt: toUtc(newEnd) }
  })
}

/** When a renewal must be done, in milliseconds since 1970. */
function lastMomentOf(instance: Instance, config: Config): number {
  const beforeEnd = (endOf(instance, config) ?? Number.POSITIVE_INFINITY) - END_MARGIN_MS
  const ending = nextEnding(instance, config)
  // A sandbox that is stopped before its end can be started until then, so the later deletion is no limit yet.
  return ending && beforeEnd <= Date.now() ? ending.at - END_MARGIN_MS : beforeEnd
}

/**
 * Returns the requested end, or the latest possible one if the requested end is too late by at most `TOLERANCE_MS`. All
 * times are milliseconds since 1970.
 * @throws {ActionError} `InvalidParameter.LifetimeSeconds` or `InvalidSandboxStatus` for an end that is too late,
 *   `ServiceUnavailable` if the cloud does not say when the sandbox was created
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
  const secondsLeft = Math.floor((lastEnd - Date.now()) / 1_000)
  if (secondsLeft < 1) throw invalidSandboxStatus(sandboxId, `${max_seconds} seconds old`, 'It cannot live longer.')
  if (end <= lastEnd + TOLERANCE_MS) return lastEnd
  const rule = `must be at most ${secondsLeft}: a sandbox ends at most ${max_seconds} seconds after its creation`
  throw invalidParameter('LifetimeSeconds', rule)
}
