import fc from 'fast-check'
import type { Instance } from '../../infra/emulator/ecs/instance.ts'
import type { Pair, Shape } from '../support/events.ts'
import { outcome } from '../support/service.ts'
import { caller, callerText } from './callers.ts'
import { readEnd } from './contract.ts'
import type { Fortune, Invocation } from './invocation.ts'
import { act, fortune, fortuneText, lifetime, type Request, resultOf, shape } from './requests.ts'
import type { Settings } from './settings.ts'
import { endAfter, isVisible, longestOf, NEVER, ownerOf, toUtc } from './truth.ts'
import type { Birth, World } from './world.ts'

interface Creation {
  /** Name of the caller. */
  by: string
  /** What makes its retries the same creation. */
  token: { by: 'ClientToken' | 'X-Request-ID'; value: string } | undefined
  InstanceName: string
  LifetimeSeconds: number | undefined
  fortune: Fortune
  carry: Shape
}

const TOKENS = ['t-1', 't-2', 't-3'] as const

// Most retries repeat what they are retries of.
const usual = { 't-1': undefined, 't-2': 600, 't-3': 7_000 }

const tokened: fc.Arbitrary<Pick<Creation, 'token' | 'InstanceName' | 'LifetimeSeconds'>> = fc
  .record({
    by: fc.constantFrom('ClientToken', 'X-Request-ID'),
    value: fc.constantFrom(...TOKENS),
    other: fc.oneof(
      { weight: 6, arbitrary: fc.constant({}) },
      { weight: 1, arbitrary: lifetime.map((LifetimeSeconds) => ({ LifetimeSeconds })) },
      { weight: 1, arbitrary: fc.constant({ InstanceName: 'b' }) },
    ),
  })
  .map(({ by, value, other }) => ({ token: { by, value }, InstanceName: 'a', LifetimeSeconds: usual[value], ...other }))

const untokened = lifetime.map((LifetimeSeconds) => ({ token: undefined, InstanceName: 'a', LifetimeSeconds }))

/** A creation, of which some are retries of others. */
export const creation: fc.Arbitrary<Request> = fc
  .tuple(caller, fc.oneof({ weight: 3, arbitrary: tokened }, { weight: 1, arbitrary: untokened }), fortune, shape)
  .map(([by, given, fortune, carry]) => toRequest({ by, ...given, fortune, carry }))

/** The same creation several times at once. */
export const sameCreations: fc.Arbitrary<Request[]> = fc
  .tuple(caller, tokened, fc.array(fortune, { minLength: 2, maxLength: 3 }), shape)
  .map(([by, given, fortunes, carry]) => fortunes.map((fortune) => toRequest({ by, ...given, fortune, carry })))

function toRequest(creation: Creation): Request {
  return { send: (world) => create(world, creation), toString: () => textOf(creation) }
}

function textOf({ by, token, InstanceName, LifetimeSeconds, fortune }: Creation): string {
  const tokenText = token ? ` with ${token.by} ${token.value}` : ''
  return `${callerText(by)}create ${InstanceName}${tokenText}, lifetime ${LifetimeSeconds ?? 'as configured'} ${fortuneText(fortune)}`
}

let unnamed = 0

async function create(world: World, creation: Creation): Promise<void> {
  const { by, token, InstanceName, LifetimeSeconds, fortune, carry } = creation
  unnamed += 1
  const name = token ? `${by} ${token.by} ${token.value}` : `none ${unnamed}`
  if (world.isFading(name)) return
  const parameters = JSON.stringify([InstanceName, longestOf(LifetimeSeconds, world.settings)])
  const earlier = world.birth(name)
  const before = earlier && world.instance(earlier.id)
  const endBefore = before ? world.endOf(before) : earlier && world.sandboxes.get(earlier.id)?.end
  const wasVisible = before !== undefined && isVisible(before)
  const room = roomBefore(world, name, world.caller(by).owner)
  const headers: Pair[] = token?.by === 'X-Request-ID' ? [['X-Request-ID', token.value]] : []
  const { invocation, answer } = await act(world, {
    by,
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
    world.check(isSame, () => `${name} ${parameters} is told of ${SandboxId}, not ${birth?.id}`)
    learn(world, `${SandboxId}`, ExpireAt, invocation)
  }
  if (!invocation.isCalm || birth?.at !== (earlier?.at ?? birth?.at)) return
  const expected = foretell(world, {
    name,
    LifetimeSeconds,
    parameters,
    earlier,
    endBefore,
    wasVisible,
    room,
    invocation,
  })
  const told = answer.status === 200 ? `200 ${ExpireAt}` : outcome(answer)
  world.check(expected.includes(told), () => `the creation is answered ${told} ${answer.message}, not ${expected}`)
}

/** Takes the end that the caller is told of for the end that the sandbox has. */
function learn(world: World, id: string, ExpireAt: unknown, { started }: Invocation): void {
  const sandbox = world.sandboxes.get(id)
  const end = readEnd(world, id, ExpireAt)
  if (!sandbox || !world.instance(id)) return
  world.tell(id, end)
  // The answer was on its way while it was renewed.
  if (sandbox.renewedAt >= started) sandbox.isUnsure = true
}

type Room = 'yes' | 'no' | 'perhaps'

/** Whether both limits admit it: a retry always, also of a creation that the cloud has forgotten. */
function roomBefore(world: World, token: string, owner: string): Room {
  const { max_sandboxes, max_sandboxes_per_owner } = world.settings
  const visible = world.visible()
  const isRetry = visible.some(({ InstanceId }) => world.sandboxes.get(InstanceId)?.token === token)
  const owned = visible.filter((instance) => ownerOf(instance) === owner)
  const rooms = [roomFor(visible, max_sandboxes, isRetry), roomFor(owned, max_sandboxes_per_owner, isRetry)]
  if (rooms.includes('no')) return 'no'
  return rooms.includes('perhaps') ? 'perhaps' : 'yes'
}

function roomFor(visible: readonly Instance[], limit: number, isRetry: boolean): Room {
  if (limit === 0 || visible.length < limit) return 'yes'
  if (!isRetry && visible.filter(({ Status }) => Status !== 'DELETING').length >= limit) return 'no'
  return isRetry && visible.every(({ Status }) => Status !== 'DELETING') ? 'yes' : 'perhaps'
}

interface Known {
  name: string
  LifetimeSeconds: number | undefined
  parameters: string
  earlier: Birth | undefined
  /** Of its sandbox. */
  endBefore: number | undefined
  wasVisible: boolean
  room: Room
  invocation: Invocation
}

/** The answers that there may be where nothing went wrong. */
function foretell(
  world: World,
  { name, LifetimeSeconds, parameters, earlier, endBefore = NEVER, wasVisible, room, invocation }: Known,
): string[] {
  if (isImpossible(LifetimeSeconds, world.settings)) return ['400 InvalidParameter.LifetimeSeconds']
  // A machine that is not to be seen yet takes no room and is not found by its token: both may have changed meanwhile.
  const noRoom = room === 'yes' ? [] : ['429 QuotaExceeded.MaximumSandboxes']
  const made = secondsSince(invocation.started).map((at) => {
    return `200 ${toUtc(endAfter(at, longestOf(LifetimeSeconds, world.settings)))}`
  })
  if (earlier === undefined) return room === 'no' ? noRoom : [...made, ...noRoom]
  const mismatch = '409 IdempotentParameterMismatch'
  const unseen = '503 ServiceUnavailable'
  const machine = world.instance(earlier.id)
  // A mismatch is no verdict while the machine is not visible. It may become visible while the retry looks for it.
  if (earlier.parameters !== parameters) return [...(wasVisible ? [] : [unseen]), mismatch, ...noRoom]
  const same = `200 ${toUtc(endBefore)}`
  // With two machines of one token the retry may see the old one alone, and takes itself for another request.
  if (world.isAmbiguous(name) && !wasVisible) return [same, unseen, mismatch, ...noRoom]
  if (machine && isVisible(machine) && room === 'yes') return [same]
  // Its machine is gone, or is not visible for longer than the retry looks.
  return [same, unseen, ...noRoom, ...made]
}

/** Every second from then to now: a lifetime counts from somewhere between question and answer. */
function secondsSince(started: number): number[] {
  const seconds = []
  for (let at = started; at <= Date.now(); at += 1_000) seconds.push(at)
  return [...seconds, Date.now()]
}

/** Whether the operator does not allow it at all. */
export function isImpossible(seconds: number | undefined, { max_seconds }: Settings): boolean {
  return seconds !== undefined && max_seconds > 0 && (seconds === 0 || seconds > max_seconds)
}
