import { type FoundFunction, observeTriggers, type TriggerItem } from '../observe/functions.ts'
import { hasOwnerComment, type OwnerMark } from '../owner-mark.ts'
import type { FunctionSpec, KafkaSpec, TimerSpec } from '../service.ts'
import { changes, hasAll } from './compare.ts'
import { createOnce } from './create-once.ts'
import { ignoreNotFound } from './ignore-not-found.ts'
import { type Ids, PlanError, type Step, type StepContext } from './step.ts'
import { waitUntil } from './wait-until.ts'

type FoundTrigger = { Id: string; Name: string; Description?: string; Status?: string }

/** The time in which a Kafka trigger must connect. How long it takes is not documented. */
const TIMEOUT_SECONDS = 3 * 60

/** How triggers of one kind are created and updated. */
type TriggerKind<Spec> = {
  resource: string
  type: string
  /** The end of its actions' names: `Create<noun>`. */
  noun: string
  /** Whether a new trigger is pending at first, and may fail. */
  connects: boolean
  /** The fields that its Update action can change. */
  updatable: (spec: Spec) => object
  /** The fields that cannot be updated: a change replaces the trigger. */
  fixed: (spec: Spec) => object
  describe: (spec: Spec) => string
}

const timer: TriggerKind<TimerSpec> = {
  resource: 'timer',
  type: 'timer',
  noun: 'Timer',
  connects: false,
  updatable: ({ Name: _name, ...rest }) => rest,
  fixed: () => ({}),
  describe: ({ Crontab, Enabled }) => `${Crontab}${Enabled ? '' : ', off'}`,
}

const kafka: TriggerKind<KafkaSpec> = {
  resource: 'kafka trigger',
  type: 'kafka',
  noun: 'KafkaTrigger',
  connects: true,
  // The SDK's model has only these fields. Another document says that batches can be updated too, but no action shows
  // their settings.
  updatable: ({ Description, Enabled, MaximumRetryAttempts }) => ({ Description, Enabled, MaximumRetryAttempts }),
  fixed: ({ MqInstanceId, TopicName, StartingPosition }) => ({ MqInstanceId, TopicName, StartingPosition }),
  describe: ({ TopicName, MqInstanceId }) => `${TopicName} of ${MqInstanceId}`,
}

/** @throws {PlanError} if a timer of this name belongs to somebody else */
export function timerStep(
  mark: OwnerMark,
  of: FunctionSpec,
  spec: TimerSpec,
  found: FoundFunction | undefined,
  ids: Ids,
): Step {
  return triggerStep(mark, timer, of, spec, found?.timers ?? [], ids)
}

/** @throws {PlanError} if a Kafka trigger of this name belongs to somebody else */
export function kafkaStep(
  mark: OwnerMark,
  of: FunctionSpec,
  spec: KafkaSpec,
  found: FoundFunction | undefined,
  ids: Ids,
): Step {
  return triggerStep(mark, kafka, of, spec, found?.kafkaTriggers ?? [], ids)
}

/**
 * Removes the triggers that this service has created and that no step uses: those that are not in serverless.yml, and
 * duplicates. With `all`, also the triggers of others.
 */
export function triggerLeftovers(mark: OwnerMark, found: FoundFunction, ids: Ids, all: boolean): Step[] {
  const remove = (kind: Pick<TriggerKind<never>, 'resource' | 'noun'>, items: FoundTrigger[]) =>
    items
      .filter(({ Description }) => all || hasOwnerComment(mark, Description))
      .filter(({ Id, Name }) => ids.find(kind.resource, `${Name} of ${found.name}`) !== Id)
      .map((item) => removal(kind, found, item))
  return [...remove(timer, found.timers), ...remove(kafka, found.kafkaTriggers)]
}

function triggerStep<Spec extends { Name: string }>(
  mark: OwnerMark,
  kind: TriggerKind<Spec>,
  { key, name }: FunctionSpec,
  spec: Spec,
  items: FoundTrigger[],
  ids: Ids,
): Step {
  const step = { resource: kind.resource, name: `${spec.Name} of ${name}` }
  const named = items.filter((item) => item.Name === spec.Name)
  const found = named.find(({ Description }) => hasOwnerComment(mark, Description)) ?? named[0]
  if (found === undefined) {
    const details = [kind.describe(spec)]
    return { ...step, verb: 'create', details, run: (context) => create(context, mark, kind, key, spec) }
  }
  if (!hasOwnerComment(mark, found.Description)) {
    throw new PlanError(
      `${step.resource} ${step.name} exists, but this service has not created it: use another name in serverless.yml, or delete it`,
    )
  }
  ids.set(step.resource, step.name, found.Id)
  const isBroken = found.Status === 'failed'
  if (isBroken || !hasAll(found, kind.fixed(spec))) {
    const details = changes(kind.fixed(spec), found)
    if (isBroken) details.push('has failed')
    return {
      ...step,
      verb: 'update',
      details: [...details, 'replaced'],
      run: async (context) => {
        await removal(kind, { id: context.ids.get('function', key), name }, found).run?.(context)
        await create(context, mark, kind, key, spec)
      },
    }
  }
  // A payload may contain a secret.
  const details = changes(kind.updatable(spec), found).map((line) =>
    line.startsWith('Payload ') ? 'Payload changed' : line,
  )
  if (details.length === 0) return { ...step, verb: 'leave', details }
  return {
    ...step,
    verb: 'update',
    details,
    run: async ({ client }) => {
      const of = { FunctionId: ids.get('function', key), Id: found.Id }
      await client.call('vefaas', `Update${kind.noun}`, { ...of, ...kind.updatable(spec) })
    },
  }
}

async function create<Spec extends { Name: string }>(
  context: StepContext,
  mark: OwnerMark,
  kind: TriggerKind<Spec>,
  key: string,
  spec: Spec,
): Promise<void> {
  const { client, ids } = context
  const FunctionId = ids.get('function', key)
  const { id: Id } = await createOnce(context, {
    create: async () => (await client.call<{ Id: string }>('vefaas', `Create${kind.noun}`, { FunctionId, ...spec })).Id,
    find: async () => {
      const isWanted = ({ Name, Type, Description }: TriggerItem) =>
        Name === spec.Name && Type.toLowerCase() === kind.type && hasOwnerComment(mark, Description)
      return (await observeTriggers(client, FunctionId)).filter(isWanted).map((item) => item.Id)
    },
    remove: (id) => client.call('vefaas', `Delete${kind.noun}`, { FunctionId, Id: id }),
  })
  if (!kind.connects) return
  const what = `${kind.resource} ${spec.Name}`
  await waitUntil(context, what, TIMEOUT_SECONDS, async () => {
    const { Status } = await client.call<{ Status?: string }>('vefaas', `Get${kind.noun}`, { FunctionId, Id })
    if (Status === 'failed') {
      throw new Error('it has failed: check instanceId, topic, username and password; the next deployment replaces it')
    }
    return Status === 'pending' ? Status : true
  })
}

function removal(
  { resource, noun }: Pick<TriggerKind<never>, 'resource' | 'noun'>,
  of: { id: string; name: string },
  { Id, Name }: FoundTrigger,
): Step {
  return {
    verb: 'remove',
    resource,
    name: `${Name} of ${of.name}`,
    details: [],
    run: ({ client }) => ignoreNotFound(() => client.call('vefaas', `Delete${noun}`, { FunctionId: of.id, Id })),
  }
}
