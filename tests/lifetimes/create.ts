import fc from 'fast-check'
import type { Pair, Shape } from '../support/events.ts'
import { outcome } from '../support/service.ts'
import { readEnd } from './contract.ts'
import type { Fortune, Invocation } from './invocation.ts'
import { act, fortune, fortuneText, lifetime, type Request, resultOf, shape } from './requests.ts'
import type { Settings } from './settings.ts'
import { isVisible, longestOf, toUtc } from './truth.ts'
import type { World } from './world.ts'

interface Creation {
  /** What makes its retries the same creation. */
  token: { by: 'ClientToken' | 'X-Request-ID'; value: string } | undefined
  InstanceName: string
  LifetimeSeconds: number | undefined
  fortune: Fortune
  carry: Shape
}

/** A creation, of which some are retries of others. */
export const creation: fc.Arbitrary<Request> = fc
  .record({
    token: fc.option(
      fc.record({ by: fc.constantFrom('ClientToken', 'X-Request-ID'), value: fc.constantFrom('t-1', 't-2', 't-3') }),
      { nil: undefined, freq: 4 },
    ),
    InstanceName: fc.oneof({ weight: 8, arbitrary: fc.constant('a') }, { weight: 1, arbitrary: fc.constant('b') }),
    LifetimeSeconds: lifetime,
    fortune,
    carry: shape,
  })
  .map((creation) => ({ send: (world) => create(world, creation), toString: () => textOf(creation) }))

/** The same creation several times at once. */
export const sameCreations: fc.Arbitrary<Request[]> = fc
  .record({
    value: fc.constantFrom('t-1', 't-2', 't-3'),
    LifetimeSeconds: lifetime,
    fortunes: fc.array(fortune, { minLength: 2, maxLength: 3 }),
    carry: shape,
  })
  .map(({ value, fortunes, ...rest }) =>
    fortunes.map((fortune) => {
      const creation: Creation = { token: { by: 'ClientToken', value }, InstanceName: 'a', fortune, ...rest }
      return { send: (world: World) => create(world, creation), toString: () => textOf(creation) }
    }),
  )

function textOf({ token, InstanceName, LifetimeSeconds, fortune }: Creation): string {
  const by = token ? ` with ${token.by} ${token.value}` : ''
  return `create ${InstanceName}${by}, lifetime ${LifetimeSeconds ?? 'as configured'} ${fortuneText(fortune)}`
}

let unnamed = 0

async function create(world: World, { token, InstanceName, LifetimeSeconds, fortune, carry }: Creation): Promise<void> {
  unnamed += 1
  const name = token ? `${token.by} ${token.value}` : `none ${unnamed}`
  const parameters = JSON.stringify([InstanceName, LifetimeSeconds])
  const earlier = world.birth(name)
  const room = roomBefore(world, earlier?.id)
  const headers: Pair[] = token?.by === 'X-Request-ID' ? [['X-Request-ID', token.value]] : []
  const { invocation, answer } = await act(world, {
    action: 'CreateSandbox',
    parameters: {
      InstanceName,
      LifetimeSeconds,
      ClientToken: token?.by === 'ClientToken' ? token.value : undefined,
    },
    fortune,
    carry,
    more: { headers },
    make: { token: name, parameters },
  })
  if (answer === undefined) return
  const { SandboxId, ExpireAt } = resultOf(answer)
  const birth = world.birth(name)
  if (answer.status === 200) {
    const isSame = birth?.id === SandboxId && birth?.parameters === parameters
    // The day in which the cloud remembers a token may end on the way.
    world.check(isSame || birth === undefined, () => `${name} ${parameters} is told of ${SandboxId}, not ${birth?.id}`)
    if (world.instance(`${SandboxId}`)) world.tell(`${SandboxId}`, readEnd(world, `${SandboxId}`, ExpireAt))
  }
  if (!invocation.isCalm || birth?.at !== (earlier?.at ?? birth?.at)) return
  const expected = foretell(world, { LifetimeSeconds, parameters, earlier, room, invocation })
  const told = answer.status === 200 ? `200 ${ExpireAt}` : outcome(answer)
  world.check(expected.includes(told), () => `the creation is answered ${told} ${answer.message}, not ${expected}`)
}

/** Whether max_sandboxes admits it. */
function roomBefore(world: World, id: string | undefined): boolean {
  const { max_sandboxes } = world.settings
  const visible = world.visible()
  return max_sandboxes === 0 || visible.length < max_sandboxes || visible.some(({ InstanceId }) => InstanceId === id)
}

interface Known {
  LifetimeSeconds: number | undefined
  parameters: string
  earlier: { id: string; parameters: string } | undefined
  room: boolean
  invocation: Invocation
}

/** The answers that there may be where nothing went wrong. */
function foretell(world: World, { LifetimeSeconds, parameters, earlier, room, invocation }: Known): string[] {
  if (isImpossible(LifetimeSeconds, world.settings)) return ['400 InvalidParameter.LifetimeSeconds']
  // A machine that is not to be seen yet takes no room and is not found by its token: both may have changed meanwhile.
  const noRoom = room ? [] : ['429 QuotaExceeded.MaximumSandboxes']
  if (earlier === undefined) {
    return room ? [`200 ${toUtc(invocation.started + longestOf(LifetimeSeconds, world.settings) * 1_000)}`] : noRoom
  }
  const mismatch = '409 IdempotentParameterMismatch'
  if (earlier.parameters !== parameters) return [mismatch, ...noRoom]
  const machine = world.instance(earlier.id)
  const same = `200 ${machine && toUtc(world.endOf(machine))}`
  if (machine && isVisible(machine) && room) return [same]
  // Its machine is gone: the cloud says so in one of two ways.
  return [
    same,
    mismatch,
    ...noRoom,
    `200 ${toUtc(invocation.started + longestOf(LifetimeSeconds, world.settings) * 1_000)}`,
  ]
}

/** Whether the operator does not allow it at all. */
export function isImpossible(seconds: number | undefined, { max_seconds }: Settings): boolean {
  return seconds !== undefined && max_seconds > 0 && (seconds === 0 || seconds > max_seconds)
}
