import fc from 'fast-check'
import type { Instance } from '../../infra/emulator/ecs/instance.ts'
import type { Pair, Shape } from '../support/events.ts'
import { type Answer, outcome } from '../support/service.ts'
import { caller, callerText } from './callers.ts'
import { readEnd } from './contract.ts'
import type { Fortune, Invocation } from './invocation.ts'
import { act, fortune, fortuneText, type Request, resultOf, shape, target, targetText } from './requests.ts'
import { isVisible } from './truth.ts'
import type { Target, World } from './world.ts'

/** What functions/README.md says of an action: from which status to which, and in which there is nothing to do. */
const CHANGES = {
  StopSandbox: { from: 'RUNNING', to: 'STOPPING', reached: ['STOPPING', 'STOPPED'] },
  StartSandbox: { from: 'STOPPED', to: 'STARTING', reached: ['STARTING', 'RUNNING'] },
  RebootSandbox: { from: 'RUNNING', to: 'REBOOTING', reached: ['REBOOTING'] },
} as const

type Action = keyof typeof CHANGES

interface Change {
  /** Name of the caller. */
  by: string
  action: Action
  target: Target
  /** The X-Request-ID. Two calls with the same one count as one. */
  requestId: string | undefined
  fortune: Fortune
  carry: Shape
}

const action = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Action>('StopSandbox') },
  { weight: 3, arbitrary: fc.constant<Action>('StartSandbox') },
  { weight: 1, arbitrary: fc.constant<Action>('RebootSandbox') },
)

const requestId = fc.constantFrom(undefined, undefined, 'r-1', 'r-2', 'r-3')

/** A stop, start or reboot of any machine. */
export const change: fc.Arbitrary<Request> = fc
  .record({ by: caller, action, target, requestId, fortune, carry: shape })
  .map((change) => toRequest(change))

/** A change of the sandbox that was stopped last. */
export const changeOfStopped = (action: Action, fortune: fc.Arbitrary<Fortune>): fc.Arbitrary<Request> =>
  fc
    .record({ by: caller, requestId, fortune, carry: shape })
    .map((change) => toRequest({ ...change, action, target: { of: 'stopped', index: 0 } }))

/** A change of a sandbox, and its late retry with the same X-Request-ID. */
export const lateRetry = (index: number): fc.Arbitrary<[Request, Request]> =>
  fc
    .record({ by: caller, action, carry: shape, fortunes: fc.tuple(fortune, fortune) })
    .map(({ fortunes, ...change }) => {
      const given = { ...change, requestId: 'r-5', target: { of: 'sandbox', index } } as const
      const [first, second] = fortunes
      return [toRequest({ ...given, fortune: first }), toRequest({ ...given, fortune: second })]
    })

/** The same change several times at once. */
export const sameChanges: fc.Arbitrary<Request[]> = fc
  .record({
    change: fc.record({ by: caller, action, target, requestId: fc.constantFrom(undefined, 'r-4'), carry: shape }),
    fortunes: fc.array(fortune, { minLength: 2, maxLength: 3 }),
  })
  .map(({ change, fortunes }) => fortunes.map((fortune) => toRequest({ ...change, fortune })))

function toRequest(change: Change): Request {
  return { send: (world) => changeState(world, change), toString: () => textOf(change) }
}

function textOf({ by, action, target, requestId, fortune }: Change): string {
  const id = requestId ? ` with X-Request-ID ${requestId}` : ''
  return `${callerText(by)}${action} ${targetText(target)}${id} ${fortuneText(fortune)}`
}

async function changeState(world: World, { by, action, target, requestId, fortune, carry }: Change): Promise<void> {
  const id = world.pick(target)
  const expected = foretell(world, by, action, id)
  const instance = world.instance(id)
  const end = instance && world.endOf(instance)
  const headers: Pair[] = requestId ? [['X-Request-ID', requestId]] : []
  const { invocation, answer } = await act(world, {
    by,
    action,
    parameters: { SandboxId: id },
    ids: [id],
    fortune,
    carry,
    more: { headers },
    requestKey: requestId,
  })
  if (answer === undefined) return
  checkChange(world, { action, id, requestId }, invocation, answer)
  if (!invocation.isCalm) return
  const { Status, ExpireAt } = resultOf(answer)
  const told = answer.status === 200 ? `200 ${Status}` : outcome(answer)
  world.check(expected.includes(told), () => `${action} is answered ${told} ${answer.message}, not ${expected}`)
  if (answer.status === 200 && end !== undefined) {
    const shown = readEnd(world, id, ExpireAt)
    const isSame = shown === end || Math.floor(shown / 1_000) === Math.floor(end / 1_000)
    world.check(isSame, () => `${action} shows the end ${ExpireAt}, which is not ${end}`)
  }
}

/** What an answer says is true, whatever went wrong on the way. */
function checkChange(
  world: World,
  { action, id, requestId }: Pick<Change, 'action' | 'requestId'> & { id: string },
  { changed, isAlone, isLost }: Invocation,
  answer: Answer,
) {
  if (answer.status !== 200) {
    return world.check(isLost || changed.length === 0, () => `${action} of ${id} fails, and it has changed`)
  }
  const { SandboxId, Status } = resultOf(answer)
  const { to, reached } = CHANGES[action]
  const isRight = SandboxId === id && (Status === to || reached.some((one) => one === Status))
  world.check(isRight, () => `${action} of ${id} is answered ${answer.text}`)
  // An earlier call with the same X-Request-ID may have done it, and the machine may have changed since.
  if (!isAlone || requestId !== undefined) return
  const now = world.instance(id)?.Status ?? 'gone'
  const after = [to, ...reached, ...(action === 'RebootSandbox' ? ['RUNNING'] : []), ...failedStart(action)]
  world.check(after.includes(now), () => `${action} of ${id} is answered ${Status}, and it is ${now}`)
}

// The cloud found no room after it had accepted the start.
const failedStart = (action: Action) => (action === 'StartSandbox' ? ['STOPPED'] : [])

/** The answers that there may be where nothing goes wrong. */
function foretell(world: World, by: string, action: Action, id: string): string[] {
  const instance = world.instance(id)
  const unknown = '404 InvalidSandbox.NotFound'
  if (!instance || !world.sees(by, instance)) return [unknown]
  // Its status may change on the way.
  const statuses = [instance.Status, ...(instance.next ? [instance.next.status] : [])]
  const outcomes = statuses.flatMap((status) => outcomesIn(world, action, instance, status))
  return isVisible(instance) ? outcomes : [unknown, ...outcomes]
}

function outcomesIn(world: World, action: Action, instance: Instance, status: string): string[] {
  const { from, to, reached } = CHANGES[action]
  const refused = '409 InvalidSandboxStatus'
  if (status === 'GONE') return ['404 InvalidSandbox.NotFound']
  if (reached.some((one) => one === status)) return [`200 ${status}`]
  if (status !== from) return [refused]
  if (action !== 'StartSandbox') return [`200 ${to}`]
  const left = world.endOf(instance) - MARGIN_MS - Date.now()
  if (left <= 0) return [refused]
  return left > SOON_MS ? [`200 ${to}`] : [`200 ${to}`, refused, '503 ServiceUnavailable', '504 UpstreamTimeout']
}

const MARGIN_MS = 2_000
// Longer than the calls to the cloud take where nothing goes wrong.
const SOON_MS = 10_000
