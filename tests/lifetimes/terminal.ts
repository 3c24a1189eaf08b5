import fc from 'fast-check'
import { outcome } from '../support/service.ts'
import { caller, callerText } from './callers.ts'
import { readEnd } from './contract.ts'
import { act, fortune, fortuneText, type Request, resultOf, shape, target, targetText } from './requests.ts'
import { isOurs } from './truth.ts'
import type { Target, VncToken, World } from './world.ts'

/** The opening of a terminal, which leaves a VNC token on the machine. */
export const openingOf = (target: fc.Arbitrary<Target>): fc.Arbitrary<Request> =>
  fc.record({ by: caller, target, fortune, carry: shape }).map(({ by, target, fortune, carry }) => ({
    toString: () => `${callerText(by)}open the terminal of ${targetText(target)} ${fortuneText(fortune)}`,
    async send(world) {
      const id = world.pick(target)
      const parameters = { SandboxId: id }
      const action = 'DescribeSandboxTerminalUrl'
      const { invocation, answer } = await act(world, { by, action, parameters, ids: [id], fortune, carry })
      if (answer?.status !== 200) return
      const { Token, ExpireAt } = resultOf(answer)
      readEnd(world, id, ExpireAt)
      world.vncTokens.push({
        id,
        token: `${Token}`,
        uses: 0,
        admitted: 0,
        started: invocation.started,
        at: Date.now(),
        isCertain: invocation.isCalm,
        mints: world.sandboxes.get(id)?.mints ?? 0,
      })
    },
  }))

export const opening = openingOf(target)

/**
 * Whether the sandbox was stopped after the token was there and before it is used. If somebody else has started the sandbox
 * again, nothing has removed the token.
 */
function isFromBeforeStop(world: World, { id, started }: VncToken, usedAt: number): boolean {
  const { stop, startedOutsideAt = 0 } = world.sandboxes.get(id) ?? {}
  return stop !== undefined && stop.at > started && stop.at < usedAt && startedOutsideAt < stop.at
}

/** Whether it is certain that the token admits, whoever uses it. */
function isUnused(world: World, { id, uses, at, isCertain, mints, started }: VncToken): boolean {
  const instance = world.instance(id)
  const sandbox = world.sandboxes.get(id)
  if (!isCertain || uses > 0 || instance === undefined || sandbox === undefined) return false
  const isRunning = isOurs(instance, world.settings) && instance.Status === 'RUNNING'
  // A use takes some seconds, and a token ends in whole seconds.
  const isInTime = Date.now() + 8_000 < at + world.settings.vnc_token_ttl_seconds * 1_000
  const isNew = sandbox.mints - mints < 8 && (sandbox.stop?.at ?? 0) < started
  return isRunning && isInTime && isNew
}

/** The use of a VNC token. */
export const admissionOf = (index: fc.Arbitrary<number>): fc.Arbitrary<Request> =>
  fc.record({ by: caller, index, fortune, carry: shape }).map(({ by, index, fortune, carry }) => ({
    toString: () => `${callerText(by)}use token ${index} ${fortuneText(fortune)}`,
    async send(world) {
      const found = world.vncTokens.at(-1 - (index % Math.max(1, world.vncTokens.length)))
      if (found === undefined) return
      const { id, token } = found
      const isGood = isUnused(world, found)
      const parameters = { Token: token }
      const { invocation, answer } = await act(world, {
        by,
        action: 'ValidateVncToken',
        parameters,
        ids: [id],
        fortune,
        carry,
      })
      if (world.caller(by).actions.has('ValidateVncToken')) found.uses += 1
      if (answer === undefined) return
      const mustAdmit = isGood && invocation.isCalm
      world.check(answer.status === 200 || !mustAdmit, () => `a good token of ${id} is answered ${outcome(answer)}`)
      if (answer.status !== 200) return
      found.admitted += 1
      const isOnce = found.admitted === 1 || world.settings.vnc_token_reuse_seconds > 0
      world.check(isOnce, () => `a token has admitted ${found.admitted} times`)
      const isVoid = isFromBeforeStop(world, found, invocation.started)
      world.check(!isVoid, () => `a token of ${id} admits, and is from before its stop`)
    },
  }))

export const admission = admissionOf(fc.nat(7))
