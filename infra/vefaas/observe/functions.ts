import type { Client } from '../cloud/client.ts'
import { listAll } from '../cloud/pages.ts'
import { hasOwnerTags, type OwnerMark, type Tag } from '../owner-mark.ts'
import { inParallel } from '../parallel.ts'
import type { FunctionSettings } from '../service.ts'

/** A function as it is. */
export type FoundFunction = {
  id: string
  name: string
  /** This service has made it. */
  isOurs: boolean
  item: FunctionItem
  /** The revision that serves; undefined when none has ever been released. */
  stable: RevisionItem | undefined
  release: ReleaseStatus
  instances: { MinInstance?: number; MaxInstance?: number }
  timers: TimerItem[]
  kafkaTriggers: KafkaItem[]
}

/** What ListFunctions shows of a function. Only there are its tags: GetFunction has none. */
export type FunctionItem = Partial<FunctionSettings> & {
  Id: string
  Name: string
  Runtime?: string
  Envs?: { Key: string; Value: string }[] | null
  Tags?: Tag[] | null
}

export type RevisionItem = Partial<FunctionSettings> & { RevisionNumber?: number; Envs?: FunctionItem['Envs'] }

export type ReleaseStatus = {
  Status?: string
  StatusMessage?: string
  ErrorCode?: string
  FailedInstanceLogs?: string
  /** -1 before the first. */
  StableRevisionNumber?: number
  CurrentTrafficWeight?: number
  TargetTrafficWeight?: number
}

/** What ListTriggers shows. */
export type TriggerItem = { Id: string; Name: string; Type: string; Description?: string }

export type TimerItem = {
  Id: string
  Name: string
  Crontab?: string
  Payload?: string
  Enabled?: boolean
  EnableConcurrency?: boolean
  Retries?: number
  Description?: string
}

export type KafkaItem = {
  Id: string
  Name: string
  /** pending, then ready or failed. */
  Status?: string
  MqInstanceId?: string
  TopicName?: string
  StartingPosition?: string
  MaximumRetryAttempts?: number
  Enabled?: boolean
  Description?: string
}

/** Reads the functions that this service has made, and those of others that have one of these names. @throws CloudError */
export async function observeFunctions(
  client: Client,
  mark: OwnerMark,
  names: readonly string[],
): Promise<FoundFunction[]> {
  const items = await listAll<FunctionItem>(client, 'vefaas', 'ListFunctions')
  const concerned = items.filter((item) => hasOwnerTags(mark, item.Tags) || names.includes(item.Name))
  return inParallel(concerned, (item) => readFunction(client, mark, item))
}

/** Reads one function, by its name. @throws CloudError */
export async function observeFunction(
  client: Client,
  mark: OwnerMark,
  name: string,
): Promise<FoundFunction | undefined> {
  const items = await listAll<FunctionItem>(client, 'vefaas', 'ListFunctions')
  const item = items.find(({ Name }) => Name === name)
  return item && readFunction(client, mark, item)
}

/** Reads the settings of a function alone, with its variables. @throws CloudError */
export async function observeFunctionItem(client: Client, name: string): Promise<FunctionItem | undefined> {
  const items = await listAll<FunctionItem>(client, 'vefaas', 'ListFunctions')
  const item = items.find(({ Name }) => Name === name)
  return item && withEnvs(client, item)
}

/** A list may leave the variables out: then they are not known, which is something else than none. */
async function withEnvs(client: Client, item: FunctionItem): Promise<FunctionItem> {
  if (item.Envs) return item
  const { Envs } = await client.call<FunctionItem>('vefaas', 'GetFunction', { Id: item.Id })
  return { ...item, Envs: Envs ?? [] }
}

async function readFunction(client: Client, mark: OwnerMark, item: FunctionItem): Promise<FoundFunction> {
  const of = { FunctionId: item.Id }
  const isOurs = hasOwnerTags(mark, item.Tags)
  const found = { id: item.Id, name: item.Name, isOurs, item }
  if (!isOurs) return { ...found, stable: undefined, release: {}, instances: {}, timers: [], kafkaTriggers: [] }

  const release = await client.call<ReleaseStatus>('vefaas', 'GetReleaseStatus', of)
  const { FunctionResource: instances = {} } = await client.call<{
    FunctionResource?: { MinInstance?: number; MaxInstance?: number }
  }>('vefaas', 'GetFunctionResource', of)
  return {
    ...found,
    item: await withEnvs(client, item),
    release,
    stable: await stableRevision(client, item.Id, release),
    instances,
    ...(await triggersOf(client, item.Id)),
  }
}

/** The revision that serves, or undefined. @throws CloudError */
export async function stableRevision(
  client: Client,
  FunctionId: string,
  { StableRevisionNumber: RevisionNumber = -1 }: ReleaseStatus,
): Promise<RevisionItem | undefined> {
  if (RevisionNumber < 0) return undefined
  const item = await client.call<RevisionItem>('vefaas', 'GetRevision', { FunctionId, RevisionNumber })
  return { ...item, RevisionNumber }
}

/** All triggers of a function. It has no parameters for pages. @throws CloudError; Error when it shows a part of them */
export async function observeTriggers(client: Client, FunctionId: string): Promise<TriggerItem[]> {
  const { Items, Total = 0 } = await client.call<{ Items?: TriggerItem[] | null; Total?: number }>(
    'vefaas',
    'ListTriggers',
    { FunctionId },
  )
  const items = Items ?? []
  if (items.length >= Total) return items
  throw new Error(
    `function ${FunctionId} has ${Total} triggers, and ListTriggers shows ${items.length}: delete some that nobody needs`,
  )
}

async function triggersOf(
  client: Client,
  FunctionId: string,
): Promise<{ timers: TimerItem[]; kafkaTriggers: KafkaItem[] }> {
  const items = await observeTriggers(client, FunctionId)
  const ofType = (type: string) => items.filter(({ Type }) => Type.toLowerCase() === type)
  const details = <Item>(action: string, type: string) =>
    inParallel(ofType(type), ({ Id }) => client.call<Item & object>('vefaas', action, { FunctionId, Id }))
  return {
    timers: await details<TimerItem>('GetTimer', 'timer'),
    kafkaTriggers: await details<KafkaItem>('GetKafkaTrigger', 'kafka'),
  }
}
