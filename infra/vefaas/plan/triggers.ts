import { hasComment, type Mark } from '../mark.ts'
import type { FoundFunction } from '../observe/functions.ts'
import type { FunctionSpec, KafkaSpec, TimerSpec } from '../service.ts'
import { changes, hasAll } from './compare.ts'
import { createOnce } from './create-once.ts'
import { gone } from './gone.ts'
import { PlanError, type Step, type Work } from './step.ts'

type Found = { Id: string; Name: string; Description?: string }

/** How one kind of trigger is made and changed. */
type Kind<Spec> = {
  resource: string
  type: string
  actions: { create: string; update: string }
  /** What can be changed later, as UpdateTimer and UpdateKafkaTrigger have it. */
  changeable: (spec: Spec) => object
  /** What cannot: a change of it makes a new one. */
  fixed: (spec: Spec) => object
  shown: (spec: Spec) => string
}

const timer: Kind<TimerSpec> = {
  resource: 'timer',
  type: 'timer',
  actions: { create: 'CreateTimer', update: 'UpdateTimer' },
  changeable: ({ Name: _name, ...rest }) => rest,
  fixed: () => ({}),
  shown: ({ Crontab, Enabled }) => `${Crontab}${Enabled ? '' : ', off'}`,
}

const kafka: Kind<KafkaSpec> = {
  resource: 'kafka trigger',
  type: 'kafka',
  actions: { create: 'CreateKafkaTrigger', update: 'UpdateKafkaTrigger' },
  // The SDK's model knows these alone. That batches can be changed too stands in another document, and none of them shows
  // what is set.
  changeable: ({ Description, Enabled, MaximumRetryAttempts }) => ({ Description, Enabled, MaximumRetryAttempts }),
  fixed: ({ MqInstanceId, TopicName, StartingPosition }) => ({ MqInstanceId, TopicName, StartingPosition }),
  shown: ({ TopicName, MqInstanceId }) => `${TopicName} of ${MqInstanceId}`,
}

/** Makes the triggers of a function what they are to be. @throws PlanError when a name belongs to somebody else */
export function triggerSteps(mark: Mark, spec: FunctionSpec, found: FoundFunction | undefined): Step[] {
  return [
    ...spec.timers.map((one) => triggerStep(mark, timer, spec, one, found?.timers ?? [])),
    ...spec.kafkaTriggers.map((one) => triggerStep(mark, kafka, spec, one, found?.kafkaTriggers ?? [])),
  ]
}

/** Removes the triggers that this service has made and that are no longer wanted; `all`, those of others as well. */
export function triggerLeftovers(
  mark: Mark,
  found: FoundFunction,
  spec: FunctionSpec | undefined,
  all = false,
): Step[] {
  const wanted = (names: { Name: string }[] | undefined, { Name }: Found) =>
    names?.some((one) => one.Name === Name) ?? false
  const unwanted = (items: Found[], names: { Name: string }[] | undefined) =>
    items.filter((item) => (all || hasComment(mark, item.Description)) && !wanted(names, item))
  const remove = (
    kind: Pick<Kind<never>, 'resource' | 'actions'>,
    items: Found[],
    names: { Name: string }[] | undefined,
  ) => unwanted(items, names).map((item) => removal(kind.resource, removeAction(kind), found, item))
  return [...remove(timer, found.timers, spec?.timers), ...remove(kafka, found.kafkaTriggers, spec?.kafkaTriggers)]
}

function triggerStep<Spec extends { Name: string }>(
  mark: Mark,
  kind: Kind<Spec>,
  { key, name }: FunctionSpec,
  spec: Spec,
  items: Found[],
): Step {
  const step = { resource: kind.resource, name: `${spec.Name} of ${name}` }
  const found = items.find((item) => item.Name === spec.Name)
  if (found === undefined) {
    const details = [kind.shown(spec)]
    return { ...step, verb: 'create', details, run: (work) => create(work, kind, key, spec) }
  }
  if (!hasComment(mark, found.Description)) {
    throw new PlanError(
      `${step.resource} ${step.name} exists, and this service has not made it: give it another name in serverless.yml, or delete it`,
    )
  }
  if (!hasAll(found, kind.fixed(spec))) {
    return {
      ...step,
      verb: 'update',
      details: [...changes(kind.fixed(spec), found), 'made anew'],
      run: async (work) => {
        await removal(kind.resource, removeAction(kind), { id: work.ids.get('function', key), name }, found).run?.(work)
        await create(work, kind, key, spec)
      },
    }
  }
  const details = changes(kind.changeable(spec), found)
  if (details.length === 0) return { ...step, verb: 'leave', details }
  return {
    ...step,
    verb: 'update',
    details,
    run: async ({ client, ids }) => {
      const of = { FunctionId: ids.get('function', key), Id: found.Id }
      await client.call('vefaas', kind.actions.update, { ...of, ...kind.changeable(spec) })
    },
  }
}

async function create<Spec extends { Name: string }>(
  work: Work,
  kind: Kind<Spec>,
  key: string,
  spec: Spec,
): Promise<void> {
  const { client, ids } = work
  const FunctionId = ids.get('function', key)
  await createOnce(
    work,
    async () => (await client.call<{ Id: string }>('vefaas', kind.actions.create, { FunctionId, ...spec })).Id,
    async () => {
      const { Items } = await client.call<{ Items?: { Id: string; Name: string; Type: string }[] | null }>(
        'vefaas',
        'ListTriggers',
        { FunctionId },
      )
      return Items?.find(({ Name, Type }) => Name === spec.Name && Type.toLowerCase() === kind.type)?.Id
    },
  )
}

const removeAction = ({ actions }: Pick<Kind<never>, 'actions'>) => actions.create.replace('Create', 'Delete')

function removal(resource: string, action: string, of: { id: string; name: string }, { Id, Name }: Found): Step {
  return {
    verb: 'remove',
    resource,
    name: `${Name} of ${of.name}`,
    details: [],
    run: ({ client }) => gone(() => client.call('vefaas', action, { FunctionId: of.id, Id })),
  }
}
