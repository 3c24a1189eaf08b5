import fc from 'fast-check'
import { outcome } from '../support/service.ts'
import { caller, callerText } from './callers.ts'
import { act, fortune, fortuneText, type Request, resultOf, shape, target, targetText } from './requests.ts'
import { isOurs, isVisible } from './truth.ts'
import type { World } from './world.ts'

/** A deletion of any machine. */
export const deletion: fc.Arbitrary<Request> = fc
  .record({ by: caller, target, fortune, carry: shape })
  .map(({ by, target, fortune, carry }) => ({
    toString: () => `${callerText(by)}delete ${targetText(target)} ${fortuneText(fortune)}`,
    async send(world) {
      const id = world.pick(target)
      const expected = foretell(world, by, id)
      const before = world.instance(id)
      const wasVisible = before && isVisible(before) && world.sees(by, before)
      const parameters = { SandboxId: id }
      const { invocation, answer } = await act(world, {
        by,
        action: 'DeleteSandbox',
        parameters,
        ids: [id],
        fortune,
        carry,
      })
      if (answer === undefined) return
      const told = outcome(answer)
      if (told === '200') {
        world.check(resultOf(answer).SandboxId === id, () => `the deletion of ${id} is answered ${answer.text}`)
        world.check(isGone(world, id), () => `${id} was told to be deleted, and lives`)
      }
      if (told === '404 InvalidSandbox.NotFound') {
        world.check(isGone(world, id) || !wasVisible, () => `${id} was told to be unknown, and lives`)
      }
      if (!invocation.isCalm) return
      world.check(expected.includes(told), () => `the deletion is answered ${told} ${answer.message}, not ${expected}`)
    },
  }))

/** Whether it is no sandbox of this manager any more, or will not be in some seconds. */
export function isGone(world: World, id: string): boolean {
  const instance = world.instance(id)
  return !instance || !isOurs(instance, world.settings) || instance.Status === 'DELETING'
}

/** The answers that there may be where nothing goes wrong. */
function foretell(world: World, by: string, id: string): string[] {
  const instance = world.instance(id)
  const unknown = '404 InvalidSandbox.NotFound'
  if (!instance || !world.sees(by, instance)) return [unknown]
  // It is waited for, but not for ever.
  if (!isVisible(instance)) return [unknown, '409 InvalidSandboxStatus', '200']
  const { Status, DeletionProtection, next } = instance
  if (Status === 'DELETING') return ['200', unknown]
  if (DeletionProtection) return ['409 InvalidSandboxStatus']
  return Status === 'CREATING' && !next ? ['409 InvalidSandboxStatus'] : ['200']
}
