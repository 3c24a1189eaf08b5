import fc from 'fast-check'
import { outcome } from '../support/service.ts'
import { readEnd } from './contract.ts'
import { act, fortune, fortuneText, type Request, resultOf, shape, target, targetText } from './requests.ts'
import type { VncToken, World } from './world.ts'

/** The opening of a terminal, which leaves a VNC token on the machine. */
export const opening: fc.Arbitrary<Request> = fc
  .record({ target, fortune, carry: shape })
  .map(({ target, fortune, carry }) => ({
    toString: () => `open the terminal of ${targetText(target)} ${fortuneText(fortune)}`,
    async send(world) {
      const id = world.pick(target)
      const parameters = { SandboxId: id }
      const action = 'DescribeSandboxTerminalUrl'
      const { invocation, answer } = await act(world, { action, parameters, ids: [id], fortune, carry })
      if (answer?.status !== 200) return
      const { Token, ExpireAt } = resultOf(answer)
      readEnd(world, id, ExpireAt)
      world.vncTokens.push({ id, token: `${Token}`, admitted: 0, started: invocation.started, at: Date.now() })
    },
  }))

/**
 * Whether the sandbox was stopped after the token was there and before it is used. If somebody else has started the sandbox
 * again, nothing has removed the token.
 */
function isFromBeforeStop(world: World, { id, started }: VncToken, usedAt: number): boolean {
  const { stop, startedOutsideAt = 0 } = world.sandboxes.get(id) ?? {}
  return stop !== undefined && stop.at > started && stop.at < usedAt && startedOutsideAt < stop.at
}

/** The use of a VNC token. */
export const admission: fc.Arbitrary<Request> = fc
  .record({ index: fc.nat(7), fortune, carry: shape })
  .map(({ index, fortune, carry }) => ({
    toString: () => `use token ${index} ${fortuneText(fortune)}`,
    async send(world) {
      const found = world.vncTokens.at(-1 - (index % Math.max(1, world.vncTokens.length)))
      if (found === undefined) return
      const { id, token } = found
      const parameters = { Token: token }
      const { invocation, answer } = await act(world, {
        action: 'ValidateVncToken',
        parameters,
        ids: [id],
        fortune,
        carry,
      })
      if (answer === undefined || outcome(answer) !== '200') return
      found.admitted += 1
      const isOnce = found.admitted === 1 || world.settings.vnc_token_reuse_seconds > 0
      world.check(isOnce, () => `a token has admitted ${found.admitted} times`)
      const isVoid = isFromBeforeStop(world, found, invocation.started)
      world.check(!isVoid, () => `a token of ${id} admits, and is from before its stop`)
    },
  }))
