import fc from 'fast-check'
import { handler } from '../../functions/teardown-sandboxes/index.ts'
import type { TeardownResult } from '../../shared/manager/teardown-sandboxes.ts'
import { type Sent, vefaas } from '../support/events.ts'
import {
  batched,
  binary,
  cloudEvent,
  eventBridge,
  inBase64,
  sns,
  snsNotification,
  sqs,
  structured,
  vefaasEvent,
  vefaasSns,
} from '../support/messages.ts'
import { caller as anyCaller, type Caller, callerText } from './callers.ts'
import { isGone } from './delete.ts'
import { deliver, overHttp, resultInLog, resultOfEvent } from './deliver.ts'
import type { Fortune, Invocation } from './invocation.ts'
import { checkDenied, fortune, fortuneText, type Request, target, targetText } from './requests.ts'
import { isDeletable, isVisible } from './truth.ts'
import type { Target, World } from './world.ts'

interface Message {
  SandboxIds: readonly string[]
}

const asRequest = ({ headers = [], ...sent }: Sent, key: string) =>
  vefaas({ ...sent, headers: [...headers, ['X-API-Key', key]] })
const first = ([message]: readonly Message[]) => message ?? { SandboxIds: [] }
const together = (messages: readonly Message[]) => ({ SandboxIds: messages.flatMap(({ SandboxIds }) => SandboxIds) })

/** How messages come: those that carry one carry the first, or all ids in one. */
const WAYS: Record<string, (messages: readonly Message[], key: string) => object> = {
  'a direct invocation': together,
  SQS: (messages) => sqs(...messages),
  'SNS in SQS': (messages) => sqs(...messages.map((message) => snsNotification(message))),
  SNS: (messages) => sns(together(messages)),
  EventBridge: (messages) => eventBridge(together(messages)),
  'Kafka of veFaaS': (messages) =>
    vefaasEvent(
      'kafka',
      messages.map((message) => ({ value: JSON.stringify(message) })),
    ),
  'RocketMQ of veFaaS': (messages) =>
    vefaasEvent(
      'rocketmq',
      messages.map((message) => ({ body: inBase64(message) })),
    ),
  'SNS of veFaaS': (messages) => vefaasEvent('sns', vefaasSns(together(messages))),
  'a structured CloudEvent': (messages, key) => asRequest(structured(cloudEvent(together(messages))), key),
  'a batch of CloudEvents': (messages, key) => asRequest(batched(messages.map((message) => cloudEvent(message))), key),
  'a binary CloudEvent': (messages, key) => asRequest(binary(cloudEvent(JSON.stringify(together(messages)))), key),
  'JSON over HTTP': (messages, key) => overHttp(together(messages), key),
  'one id over HTTP': (messages, key) => overHttp({ SandboxId: first(messages).SandboxIds[0] }, key),
}

interface Teardown {
  /** Name of the caller, if it comes over HTTP. */
  caller: string
  by: string
  messages: readonly (readonly Target[])[]
  /** Delivered twice at once. */
  twice: boolean
  fortune: Fortune
}

/** An event that ends sandboxes. */
export const teardown: fc.Arbitrary<Request> = fc
  .record({
    caller: anyCaller,
    by: fc.constantFrom(...Object.keys(WAYS)),
    messages: fc.array(fc.array(target, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
    twice: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    fortune,
  })
  .map((teardown) => ({ send: (world) => tearDown(world, teardown), toString: () => textOf(teardown) }))

function textOf({ caller, by, messages, twice, fortune }: Teardown): string {
  const named = messages.map((targets) => targets.map(targetText).join(', ')).join(' | ')
  return `${callerText(caller)}tear down ${named} by ${by}${twice ? ', twice at once' : ''} ${fortuneText(fortune)}`
}

async function tearDown(world: World, { caller, by, messages, twice, fortune }: Teardown): Promise<void> {
  const all = messages.map((targets) => ({ SandboxIds: targets.map((target) => world.pick(target)) }))
  const named = by === 'one id over HTTP' ? [{ SandboxIds: first(all).SandboxIds.slice(0, 1) }] : all
  const isHttp = by.includes('HTTP') || by.includes('CloudEvent')
  const once = () => deliverOnce(world, { by, caller: isHttp ? world.caller(caller) : undefined, fortune }, named)
  await Promise.all(twice ? [once(), once()] : [once()])
}

interface Sending {
  by: string
  /** Undefined: the platform. */
  caller: Caller | undefined
  fortune: Fortune
}

async function deliverOnce(
  world: World,
  { by, caller, fortune }: Sending,
  messages: readonly Message[],
): Promise<void> {
  const ids = together(messages).SandboxIds
  // Those that the function can find and has to delete.
  const known = new Set(ids.filter((id) => isToBeSeen(world, caller, id)))
  const isEasy = ids.every((id) => !known.has(id) || isQuick(world, id))
  const event = WAYS[by]?.(messages, caller?.key ?? '') ?? {}
  const delivery = { caller, name: 'TeardownSandboxes', handler, event, ids, fortune, remainingMs: 60_000 }
  const { invocation, delivered } = await deliver(world, delivery)
  if (delivered === undefined) return
  if (caller && !caller.actions.has('TeardownSandboxes')) {
    const { statusCode, body } = delivered.answer ?? {}
    const { Code } = JSON.parse(`${body}`).ResponseMetadata.Error ?? {}
    return checkDenied(world, `an event of ${caller.name}`, invocation, `${statusCode} ${Code}`)
  }
  const inLog = resultInLog<TeardownResult>(invocation)
  if (inLog) checkResult(world, inLog, { ids, known, invocation })
  const left = (message: Message) => message.SandboxIds.filter((id) => known.has(id) && !isGone(world, id))
  if (by.endsWith('SQS')) {
    const failed = failedIds(world, delivered.answer)
    for (const [index, message] of messages.entries()) {
      const isDone = !failed.includes(`m-${index + 1}`)
      world.check(
        !isDone || left(message).length === 0,
        () => `message ${index + 1} is taken for done: ${left(message)} lives`,
      )
    }
    const isGood = failed.length === 0 || !invocation.isCalm || !isEasy
    return world.check(isGood, () => `messages ${failed} fail, and nothing went wrong`)
  }
  const result = resultOfEvent(world, delivered, caller !== undefined) as TeardownResult | undefined
  if (result === undefined) {
    return world.check(!invocation.isCalm || !isEasy, () => `a teardown fails with ${JSON.stringify(delivered)}`)
  }
  for (const message of messages) {
    world.check(left(message).length === 0, () => `a teardown is taken for done: ${left(message)} lives`)
  }
  world.check(inLog !== undefined, () => 'the log does not tell what a teardown has done')
}

interface Circumstances {
  ids: readonly string[]
  known: ReadonlySet<string>
  invocation: Invocation
}

function checkResult(world: World, { Sandboxes }: TeardownResult, { ids, known, invocation }: Circumstances): void {
  const told = Sandboxes.map(({ SandboxId }) => SandboxId)
  world.check(`${told.sort()}` === `${[...new Set(ids)].sort()}`, () => `a teardown of ${ids} tells of ${told}`)
  const isCertain = invocation.isAlone && !invocation.isLost
  for (const { SandboxId: id, Outcome } of Sandboxes) {
    const isTrue = {
      Deleted: isGone(world, id) && world.sandboxes.has(id),
      NotFound: isGone(world, id) || !known.has(id),
      Failed: !isGone(world, id) || !isCertain,
    }[Outcome]
    world.check(isTrue, () => `${id} is told to be ${Outcome}`)
  }
}

function failedIds(world: World, answer: Record<string, unknown> = {}): string[] {
  const { batchItemFailures } = answer as { batchItemFailures?: { itemIdentifier: string }[] }
  world.check(Array.isArray(batchItemFailures), () => `SQS is answered ${JSON.stringify(answer)}`)
  return batchItemFailures?.map(({ itemIdentifier }) => itemIdentifier) ?? []
}

/** A machine that is not to be seen for longer than three seconds is taken for none. */
function isToBeSeen(world: World, caller: Caller | undefined, id: string): boolean {
  const instance = world.instance(id)
  return instance !== undefined && world.sees(caller?.name, instance) && isVisible(instance)
}

/** Nothing keeps the cloud from deleting it within the time of the function. */
function isQuick(world: World, id: string): boolean {
  const instance = world.instance(id)
  if (!instance || isDeletable(instance) || instance.Status === 'DELETING') return true
  return instance.next !== undefined && !instance.DeletionProtection
}
