import { invalidParameter, invalidSandboxStatus, sandboxNotFound } from '../errors.ts'
import type { Call } from './cloud.ts'
import { due } from './due.ts'
import { tagInstance } from './instances.ts'
import { endAfter, endOf, endTag } from './lifetime.ts'
import { aboutSandbox } from './refusal.ts'
import { findSandbox } from './sandbox.ts'
import { toUtc } from './time.ts'

export interface Renewed {
  SandboxId: string
  /** When it ends now: RFC 3339 in UTC; absent where it has no end. */
  ExpireAt: string | undefined
}

const MARGIN_MS = 2_000

/**
 * Sets the end of a sandbox anew, later or earlier than before. Two calls to the cloud.
 *
 * What is past its end may be in deletion, so it is refused; and a renewal is confirmed two seconds before the old end or
 * not at all. Who deletes what is past its end, having read it after that end, therefore never deletes what was renewed, as
 * long as the clocks agree and the cloud shows what it has confirmed to two seconds.
 * @param lifetimeSeconds  from now; 0: no end
 * @throws {ActionError} `InvalidParameter.LifetimeSeconds`, `InvalidSandbox.NotFound`, `InvalidSandboxStatus`, and what
 *   the cloud brings about
 */
export function renewSandbox(call: Call, SandboxId: string, lifetimeSeconds: number): Promise<Renewed> {
  return aboutSandbox(SandboxId, async () => {
    const { config } = call
    const end = endAfter(config, lifetimeSeconds)
    const instance = await findSandbox(call, SandboxId)
    if (instance === undefined) throw sandboxNotFound(SandboxId)
    const { status, createdAt = '' } = instance
    const oldEnd = endOf(instance, config) ?? Number.POSITIVE_INFINITY
    // The clean-up deletes it whatever its end is.
    const isDoomed = status === 'DELETING' || (due(instance, config)?.reason ?? 'Expired') !== 'Expired'
    if (isDoomed || oldEnd - MARGIN_MS <= Date.now()) {
      throw invalidSandboxStatus(
        SandboxId,
        isDoomed ? status : 'past its end, or two seconds before it',
        'It cannot be renewed.',
      )
    }
    const { max_seconds } = config.lifetime
    const lastEnd = Date.parse(createdAt) + max_seconds * 1_000
    if (max_seconds && end && end > lastEnd) {
      const longest = Math.floor((lastEnd - Date.now()) / 1_000)
      if (longest < 1) throw invalidSandboxStatus(SandboxId, `${max_seconds} seconds old`, 'It cannot live longer.')
      const rule = `must be at most ${longest}: a sandbox ends at most ${max_seconds} seconds after its creation`
      throw invalidParameter('LifetimeSeconds', rule)
    }
    await tagInstance({ ...call, deadline: Math.min(call.deadline, oldEnd - MARGIN_MS) }, SandboxId, endTag(end))
    return { SandboxId, ExpireAt: toUtc(end) }
  })
}
