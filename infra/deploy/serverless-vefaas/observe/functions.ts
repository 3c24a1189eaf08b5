import type { Client } from '../cloud/client.ts'
import { listAll } from '../cloud/pages.ts'
import { hasOwnerTags, type OwnerMark, type Tag } from '../owner-mark.ts'
import { inParallel } from '../parallel.ts'
import type { FunctionSettings } from '../service.ts'

/** The state of a function in the cloud. */
export type FoundFunction = {
  id: string
  name: string
  /** Whether this service has created it. */
  isOurs: boolean
  item: FunctionItem
  /** The revision that serves; undefined before the first release. */
  stable: RevisionItem | undefined
  release: ReleaseStatus
  instances: { MinInstance?: number; MaxInstance?: number }
  timers: TimerItem[]
  kafkaTriggers: KafkaItem[]
}

/** An item of ListFunctions. Only this action shows the tags. */
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
  /** -1 before the first release. */
  StableRevisionNumber?: number
  CurrentTrafficWeight?: number
  TargetTrafficWeight?: number
}

/** An item of ListTriggers. */
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
  /** `pending`, then `ready` or `failed`. */
  Status?: string
  MqInstanceId?: string
  TopicName?: string
  StartingPosition?: string
  MaximumRetryAttempts?: number
  Enabled?: boolean
  Description?: string
}

/**
 * Reads the functions that this service has created, and those of others that have one of the names.
 * @throws {CloudError}
 */
export async function observeFunctions(
  client: Client,
  mark: OwnerMark,
  names: readonly string[],
): Promise<FoundFunction[]> {
  const items = await listAll<FunctionItem>(client, 'vefaas', 'ListFunctions')
  const relevant = items.filter((item) => hasOwnerTags(mark, item.Tags) || names.includes(item.Name))
  return inParallel(relevant, (item) => readFunction(client, mark, item))
}

/** @throws {CloudError} */
export async function observeFunction(
  client: Client,
  mark: OwnerMark,
  name: string,
): Promise<FoundFunction | undefined> {
  const items = await listAll<FunctionItem>(client, 'vefaas', 'ListFunctions')
  const item = items.find(({ Name }) => Name === name)
  return item && readFunction(client, mark, item)
}

/**
 * Reads only the settings and variables of a function.
 * @throws {CloudError}
 */
export async function observeFunctionItem(client: Client, name: string): Promise<FunctionItem | undefined> {
  const items = await listAll<FunctionItem>(client, 'vefaas', 'ListFunctions')
  const item = items.find(({ Name }) => Name === name)
  return item && withEnvs(client, item)
}

/** A list may omit the variables. That does not mean that the function has none. */
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

/**
 * Reads the revision that serves; undefined before the first release.
 * @throws {CloudError}
 */
export async function stableRevision(
  client: Client,
  FunctionId: string,
  { StableRevisionNumber: RevisionNumber = -1 }: ReleaseStatus,
): Promise<RevisionItem | undefined> {
  if (RevisionNumber < 0) return undefined
  const item = await client.call<RevisionItem>('vefaas', 'GetRevision', { FunctionId, RevisionNumber })
  return { ...item, RevisionNumber }
}

/**
 * Reads all triggers of a function. ListTriggers has no parameters for pages.
 * @throws {CloudError}
 * @throws {Error} if the cloud shows only some of them
 */
export async function observeTriggers(client: Client, FunctionId: string): Promise<TriggerItem[]> {
  const { Items, Total = 0 } = await client.call<{ Items?: TriggerItem[] | null; Total?: number }>(
    'vefaas',
    'ListTriggers',
    { FunctionId },
  )
  const items = Items ?? []
  if (items.length >= Total) return items
  throw new Error(
    `function ${FunctionId} has ${Total} triggers, but ListTriggers shows only ${items.length}: delete triggers that are not needed`,
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
