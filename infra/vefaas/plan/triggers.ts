import { hasComment, type Mark } from '../mark.ts'
import { type FoundFunction, listTriggers, type TriggerItem } from '../observe/functions.ts'
import type { FunctionSpec, KafkaSpec, TimerSpec } from '../service.ts'
import { changes, hasAll } from './compare.ts'
import { createOnce } from './create-once.ts'
import { gone } from './gone.ts'
import { type Ids, PlanError, type Step, type Work } from './step.ts'
import { until } from './until.ts'

type Found = { Id: string; Name: string; Description?: string; Status?: string }

/** A Kafka trigger connects first; how long that takes is not documented. */
const MOST_SECONDS = 3 * 60

/** How one kind of trigger is made and changed. */
type Kind<Spec> = {
  resource: string
  type: string
  /** What the names of its actions end in. */
  noun: string
  /** It is pending first, and may fail. */
  connects: boolean
  /** What can be changed later, as UpdateTimer and UpdateKafkaTrigger have it. */
  changeable: (spec: Spec) => object
  /** What cannot: a change of it makes a new one. */
  fixed: (spec: Spec) => object
  shown: (spec: Spec) => string
}

const timer: Kind<TimerSpec> = {
  resource: 'timer',
  type: 'timer',
  noun: 'Timer',
  connects: false,
  changeable: ({ Name: _name, ...rest }) => rest,
  fixed: () => ({}),
  shown: ({ Crontab, Enabled }) => `${Crontab}${Enabled ? '' : ', off'}`,
}

const kafka: Kind<KafkaSpec> = {
  resource: 'kafka trigger',
  type: 'kafka',
  noun: 'KafkaTrigger',
  connects: true,
  // The SDK's model knows these alone. That batches can be changed too stands in another document, and none of them shows
  // what is set.
  changeable: ({ Description, Enabled, MaximumRetryAttempts }) => ({ Description, Enabled, MaximumRetryAttempts }),
  fixed: ({ MqInstanceId, TopicName, StartingPosition }) => ({ MqInstanceId, TopicName, StartingPosition }),
  shown: ({ TopicName, MqInstanceId }) => `${TopicName} of ${MqInstanceId}`,
}

/** Makes a timer what it is to be. @throws PlanError when its name belongs to somebody else */
export function timerStep(
  mark: Mark,
  of: FunctionSpec,
  spec: TimerSpec,
  found: FoundFunction | undefined,
  ids: Ids,
): Step {
  return triggerStep(mark, timer, of, spec, found?.timers ?? [], ids)
}

/** The same of a Kafka trigger. @throws PlanError */
export function kafkaStep(
  mark: Mark,
  of: FunctionSpec,
  spec: KafkaSpec,
  found: FoundFunction | undefined,
  ids: Ids,
): Step {
  return triggerStep(mark, kafka, of, spec, found?.kafkaTriggers ?? [], ids)
}

/**
 * Removes the triggers that this service has made and that no step uses: those that are no longer wanted, and
 * of two with one name the second. `all`: those of others as well.
 */
export function triggerLeftovers(mark: Mark, found: FoundFunction, ids: Ids, all: boolean): Step[] {
  const remove = (kind: Pick<Kind<never>, 'resource' | 'noun'>, items: Found[]) =>
    items
      .filter(({ Description }) => all || hasComment(mark, Description))
      .filter(({ Id, Name }) => ids.find(kind.resource, `${Name} of ${found.name}`) !== Id)
      .map((item) => removal(kind, found, item))
  return [...remove(timer, found.timers), ...remove(kafka, found.kafkaTriggers)]
}

function triggerStep<Spec extends { Name: string }>(
  mark: Mark,
  kind: Kind<Spec>,
  { key, name }: FunctionSpec,
  spec: Spec,
  items: Found[],
  ids: Ids,
): Step {
  const step = { resource: kind.resource, name: `${spec.Name} of ${name}` }
  const named = items.filter((item) => item.Name === spec.Name)
  const found = named.find(({ Description }) => hasComment(mark, Description)) ?? named[0]
  if (found === undefined) {
    const details = [kind.shown(spec)]
    return { ...step, verb: 'create', details, run: (work) => create(work, mark, kind, key, spec) }
  }
  if (!hasComment(mark, found.Description)) {
    throw new PlanError(
      `${step.resource} ${step.name} exists, and this service has not made it: give it another name in serverless.yml, or delete it`,
    )
  }
  ids.set(step.resource, step.name, found.Id)
  const isBroken = found.Status === 'failed'
  if (isBroken || !hasAll(found, kind.fixed(spec))) {
    return {
      ...step,
      verb: 'update',
      details: [...changes(kind.fixed(spec), found), ...(isBroken ? ['has failed'] : []), 'made anew'],
      run: async (work) => {
        await removal(kind, { id: work.ids.get('function', key), name }, found).run?.(work)
        await create(work, mark, kind, key, spec)
      },
    }
  }
  // A payload may have a secret in it.
  const details = changes(kind.changeable(spec), found).map((line) =>
    line.startsWith('Payload ') ? 'Payload changed' : line,
  )
  if (details.length === 0) return { ...step, verb: 'leave', details }
  return {
    ...step,
    verb: 'update',
    details,
    run: async ({ client }) => {
      const of = { FunctionId: ids.get('function', key), Id: found.Id }
      await client.call('vefaas', `Update${kind.noun}`, { ...of, ...kind.changeable(spec) })
    },
  }
}

async function create<Spec extends { Name: string }>(
  work: Work,
  mark: Mark,
  kind: Kind<Spec>,
  key: string,
  spec: Spec,
): Promise<void> {
  const { client, ids } = work
  const FunctionId = ids.get('function', key)
  const { id: Id } = await createOnce(work, {
    create: async () => (await client.call<{ Id: string }>('vefaas', `Create${kind.noun}`, { FunctionId, ...spec })).Id,
    find: async () => {
      const isIt = ({ Name, Type, Description }: TriggerItem) =>
        Name === spec.Name && Type.toLowerCase() === kind.type && hasComment(mark, Description)
      return (await listTriggers(client, FunctionId)).filter(isIt).map((item) => item.Id)
    },
    remove: (id) => client.call('vefaas', `Delete${kind.noun}`, { FunctionId, Id: id }),
  })
  if (!kind.connects) return
  const what = `${kind.resource} ${spec.Name}`
  await until(work, what, MOST_SECONDS, async () => {
    const { Status } = await client.call<{ Status?: string }>('vefaas', `Get${kind.noun}`, { FunctionId, Id })
    if (Status === 'failed') {
      throw new Error(
        'it has failed: check instanceId, topic, username and password; the next deployment makes it anew',
      )
    }
    return Status === 'pending' ? Status : true
  })
}

function removal(
  { resource, noun }: Pick<Kind<never>, 'resource' | 'noun'>,
  of: { id: string; name: string },
  { Id, Name }: Found,
): Step {
  return {
    verb: 'remove',
    resource,
    name: `${Name} of ${of.name}`,
    details: [],
    run: ({ client }) => gone(() => client.call('vefaas', `Delete${noun}`, { FunctionId: of.id, Id })),
  }
}
