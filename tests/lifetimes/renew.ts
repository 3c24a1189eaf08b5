import fc from 'fast-check'
import type { Instance } from '../../infra/emulator/ecs/instance.ts'
import { type Answer, outcome } from '../support/service.ts'
import { caller, callerText } from './callers.ts'
import { readEnd } from './contract.ts'
import { isImpossible } from './create.ts'
import type { Invocation } from './invocation.ts'
import {
  act,
  fortune as anyFortune,
  fortuneText,
  lifetime,
  type Request,
  resultOf,
  shape,
  target,
  targetText,
} from './requests.ts'
import type { Settings } from './settings.ts'
import { createdAt, deletionOf, endAfter, isStopped, isStuck, isVisible, NEVER, toUtc } from './truth.ts'
import type { Target, World } from './world.ts'

/** A renewal of a machine to any lifetime. */
export const renewalOf = (target: fc.Arbitrary<Target>, fortune = anyFortune): fc.Arbitrary<Request> =>
  fc
    .record({ by: caller, target, seconds: lifetime.map((seconds) => seconds ?? 30), fortune, carry: shape })
    .map(({ by, target, seconds, fortune, carry }) => ({
      toString: () => `${callerText(by)}renew ${targetText(target)} to ${seconds} s ${fortuneText(fortune)}`,
      async send(world) {
        const id = world.pick(target)
        const expected = foretell(world, by, id, seconds)
        const parameters = { SandboxId: id, LifetimeSeconds: seconds }
        const end = begin(world, id)
        const { invocation, answer } = await act(world, {
          by,
          action: 'RenewSandbox',
          parameters,
          ids: [id],
          fortune,
          carry,
        })
        end(invocation, answer, seconds)
        if (answer === undefined || !invocation.isCalm) return
        const told = outcome(answer)
        world.check(expected.includes(told), () => `the renewal is answered ${told} ${answer.message}, not ${expected}`)
      },
    }))

export const renewal = renewalOf(target)

/** Says that a renewal is under way; the end, by its answer, what is known of its sandbox then. */
function begin(world: World, id: string) {
  const sandbox = world.sandboxes.get(id)
  if (sandbox) {
    sandbox.renewals += 1
    if (sandbox.renewals > 1) sandbox.isContested = true
  }
  return ({ started, calls, seenById }: Invocation, answer: Answer | undefined, seconds: number) => {
    if (sandbox) {
      sandbox.renewals -= 1
      sandbox.renewedAt = Date.now()
      // It may have been done all the same.
      if (answer?.status !== 200 && calls.some(({ action }) => action === 'TagResources')) sandbox.isUnsure = true
    }
    if (answer?.status !== 200) return
    const { SandboxId, ExpireAt } = resultOf(answer)
    world.check(SandboxId === id, () => `the renewal of ${id} is answered for ${SandboxId}`)
    const told = readEnd(world, id, ExpireAt)
    const wanted = endAfter(started, seconds || NEVER)
    // Cut to the latest end that there may be, where it is later by no more than a call takes.
    const instance = world.instance(id)
    const last = instance && world.settings.max_seconds ? lastEnd(instance, world.settings) : NEVER
    const isRight = told === wanted || (told === last && wanted > last && wanted <= last + TOLERANCE_MS)
    world.check(isRight, () => `a renewal to ${seconds} s is told ${ExpireAt}, not ${toUtc(wanted)}`)
    world.tell(id, told)
    const { stop } = sandbox ?? {}
    const isStoppedMeanwhile = stop?.by === 'CleanupSandboxes' && stop.at >= started && !seenById.get(id)?.isStopped
    world.check(!isStoppedMeanwhile, () => `${id} was stopped while it was renewed to ${ExpireAt}`)
  }
}

/** The answers that there may be where nothing goes wrong. */
function foretell(world: World, by: string, id: string, seconds: number): string[] {
  const { settings } = world
  const instance = world.instance(id)
  const tooLong = '400 InvalidParameter.LifetimeSeconds'
  if (isImpossible(seconds, settings)) return [tooLong]
  if (!instance || !world.sees(by, instance)) return ['404 InvalidSandbox.NotFound']
  const refused = '409 InvalidSandboxStatus'
  if (!isVisible(instance)) return ['404 InvalidSandbox.NotFound', refused, tooLong, '200']
  if (instance.Status === 'DELETING') return [refused, '404 InvalidSandbox.NotFound']
  // Two seconds are kept for clocks that do not agree.
  const left = lastMomentOf(world, instance) - Date.now()
  // It may be STOPPED again, and can be renewed then.
  const willStop = instance.next?.status === 'STOPPED' && settings.on_expire === 'stop'
  if (left <= 0 && !willStop) return [refused]
  const last = settings.max_seconds ? lastEnd(instance, settings) : NEVER
  const excess = seconds > 0 ? endAfter(Date.now(), seconds) - last : 0
  // Where it cannot live a second longer, it is its age that is wrong.
  const isTooLong = excess > TOLERANCE_MS - SOON_MS
  const outcomes = [
    ...(excess <= TOLERANCE_MS ? ['200'] : []),
    ...(isTooLong ? [tooLong] : []),
    ...(excess > 0 && last < Date.now() + SOON_MS ? [refused] : []),
  ]
  if (instance.Status === 'ERROR') return [refused]
  if (isStuck(instance, settings) && !instance.next) return [refused]
  // It may come to its end, or to nothing, before the call comes to the cloud.
  const stuckAt = createdAt(instance) + settings.stuck_after_seconds * 1_000
  const isSoonStuck = instance.Status === 'CREATING' && stuckAt < Date.now() + SOON_MS
  if (left > SOON_MS && !instance.next && !isSoonStuck) return outcomes
  return [...outcomes, refused, ...(left > SOON_MS ? [] : ['504 UpstreamTimeout', '503 ServiceUnavailable'])]
}

/** Up to when it can be renewed, in milliseconds since 1970. */
function lastMomentOf(world: World, instance: Instance): number {
  const beforeEnd = world.endOf(instance) - MARGIN_MS
  if (beforeEnd > Date.now() || !isStopped(instance)) return beforeEnd
  return deletionOf(world.endOf(instance), world.settings) - MARGIN_MS
}

const lastEnd = (instance: Instance, { max_seconds }: Settings) => createdAt(instance) + max_seconds * 1_000

const MARGIN_MS = 2_000
const TOLERANCE_MS = 10_000
// Longer than a call to the cloud takes where nothing goes wrong.
const SOON_MS = 5_000
