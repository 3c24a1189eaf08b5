import fc from 'fast-check'
import { type Sent, SHAPES, type Shape } from '../support/events.ts'
import { type ActionName, type Answer, invoke, outcome } from '../support/service.ts'
import { checkAnswer } from './contract.ts'
import { type Fortune, type Invocation, KILLED } from './invocation.ts'
import type { Target, World } from './world.ts'

/** Something that is asked of the functions, with how it fares on its way. */
export interface Request {
  /** Sends it and judges what comes back. */
  send(world: World): Promise<void>
  toString(): string
}

// Some calls are lost in time: a try may take 1,000 ms.
const leg = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(1, 3, 20, 150, 400) },
  { weight: 1, arbitrary: fc.constantFrom(990, 1_500) },
)

export const fortune: fc.Arbitrary<Fortune> = fc.record({
  legs: fc.array(leg, { minLength: 1, maxLength: 6 }),
  killed: fc.option(fc.record({ atCall: fc.nat(4), afterWork: fc.boolean() }), { nil: undefined, freq: 8 }),
})

export const target: fc.Arbitrary<Target> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ of: fc.constant('sandbox'), index: fc.nat(11) }) },
  { weight: 3, arbitrary: fc.record({ of: fc.constant('newest'), index: fc.constant(0) }) },
  { weight: 2, arbitrary: fc.record({ of: fc.constantFrom('gone', 'foreign', 'unknown'), index: fc.nat(11) }) },
)

export const shape = fc.constantFrom(...Object.values(SHAPES))

/** How long a caller wants it to live; undefined: as configured. */
export const lifetime = fc.constantFrom(undefined, 60, 600, 1, 3_600, 7_200, 100_000, 604_800, 700_000, 0)

export const targetText = ({ of, index }: Target) => (of === 'newest' ? 'the newest' : `${of} ${index}`)

export function fortuneText({ legs, killed }: Fortune): string {
  const death = killed && `, killed ${killed.afterWork ? 'after' : 'before'} the work of call ${killed.atCall + 1}`
  return `[legs of ${legs.join(', ')} ms${death ?? ''}]`
}

interface Act {
  /** Name of the caller. */
  by: string
  action: ActionName
  parameters: Record<string, string | number | undefined>
  ids?: readonly string[]
  fortune: Fortune
  carry: Shape
  more?: Sent
  make?: Invocation['make']
  requestKey?: Invocation['requestKey']
}

/**
 * Calls an action as one invocation; the answer, which keeps to the contract, is undefined when it was killed, or the caller
 * has no right to call the action.
 */
export async function act(
  world: World,
  { by, action, parameters, ids = [], fortune, carry, more, make, requestKey }: Act,
) {
  const caller = world.caller(by)
  const given = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, `${value}`] as const],
  )
  const event = carry({
    query: [['Action', action], ['Version', '2020-04-01'], ...given],
    headers: [['Authorization', `Bearer ${caller.key}`], ...(more?.headers ?? [])],
  })
  const unseen = world.ecs.instances().filter((instance) => !world.sees(by, instance))
  const { invocation, answer } = await world.invoke(action, ids, fortune, () => invoke(action, event), {
    caller,
    make,
    requestKey: requestKey && `${by} ${requestKey}`,
  })
  if (answer === KILLED) return { invocation, answer: undefined }
  if (!caller.actions.has(action)) {
    checkDenied(world, `${by} ${action}`, invocation, outcome(answer))
    return { invocation, answer: undefined }
  }
  checkAnswer(world, action, answer)
  // It may show those that were created or given to the caller meanwhile.
  const asked = given.map(([, value]) => value).join()
  const shown = unseen.filter(({ InstanceId }) => answer.text.includes(InstanceId) && !asked.includes(InstanceId))
  const learned = shown.filter((instance) => !world.sees(by, instance)).map(({ InstanceId }) => InstanceId)
  world.check(learned.length === 0, () => `${by} learns of ${learned} by ${action}: ${answer.text}`)
  return { invocation, answer }
}

/** A caller without the right to call a function is refused before the cloud is called. */
export function checkDenied(world: World, what: string, { calls, lines }: Invocation, told: string): void {
  const isDenied = told === '403 OperationDenied.Action' && calls.length === 0
  world.check(
    isDenied,
    () => `${what} is not allowed, and answered ${told} after ${calls.length} calls: ${lines.at(-1)}`,
  )
}

/** The result of an answer, whatever it is. */
export const resultOf = (answer: Answer) => (answer.body?.Result ?? {}) as Record<string, unknown>
