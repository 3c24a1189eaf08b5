import type { Client } from '../cloud/client.ts'
import { CloudError } from '../cloud/cloud-error.ts'
import { listAll } from '../cloud/pages.ts'
import { hasOtherOwnerComment, hasOwnerComment, type OwnerMark } from '../owner-mark.ts'
import { inParallel } from '../parallel.ts'
import type { RouteSpec } from '../service.ts'

/** Whether this service has created it. */
type Owned = { isOurs: boolean }

/** The state of a gateway and of everything in it. */
export type FoundGateway = Owned & {
  id: string
  name: string
  status: string
  message: string
  /** Undefined if the cloud does not show it. */
  network?: { EnablePublicNetwork?: boolean; EnablePrivateNetwork?: boolean } | undefined
  services: FoundGatewayService[]
  upstreams: (UpstreamItem & Owned)[]
  routes: (RouteItem & Owned)[]
  consumers: FoundConsumer[]
  bindings: (BindingItem & Owned)[]
}

export type FoundGatewayService = Owned & {
  id: string
  name: string
  status: string
  message: string
  /** URLs: first those in the public network, and among these first `https://`. */
  addresses: string[]
  /** Whether it has an address that is public, or that the cloud does not clearly mark as private. */
  isPublic: boolean
}

export type UpstreamItem = {
  Id: string
  Name: string
  Comments?: string
  UpstreamSpec?: { VeFaas?: { FunctionId?: string } }
}

export type RouteItem = Partial<Pick<RouteSpec, 'MatchRule' | 'AdvancedSetting'>> & {
  Id: string
  Name: string
  ServiceId?: string
  Enable?: boolean
  UpstreamList?: { UpstreamId: string; Weight?: number }[]
}

/** `credentialIds` is empty for a consumer of others. */
export type FoundConsumer = Owned & { id: string; name: string; credentialIds: string[] }

export type BindingItem = {
  Id: string
  PluginName: string
  Scope: string
  Target: string
  PluginConfig?: string
  Enable?: boolean
  Description?: string
  GatewayId?: string
}

export type GatewayItem = {
  Id: string
  Name: string
  Status?: string
  Message?: string
  Comments?: string
  ResourceSpec?: { NetworkType?: FoundGateway['network'] }
}

/** An item of ListGatewayServices, and the result of GetGatewayService. */
export type ServiceItem = {
  Id: string
  /** The SDK's model has `Name`, but an official tool reads `ServiceName`. */
  Name?: string
  ServiceName?: string
  Status?: string
  Message?: string
  Comments?: string
  Domains?: { Domain: string; Type?: string }[] | null
}

export type CommentedItem = { Id: string; Name: string; Comments?: string }

/**
 * Reads every gateway of the region, because any of them may contain resources of this service.
 * @throws {CloudError}
 */
export async function observeGateways(client: Client, mark: OwnerMark): Promise<FoundGateway[]> {
  const items = await listAll<GatewayItem>(client, 'apig', 'ListGateways')
  const bindings = items.length > 0 ? await listAll<BindingItem>(client, 'apig', 'ListPluginBindings') : []
  const found = await inParallel(items, async (item) => {
    try {
      return [await readGateway(client, mark, item, bindings)]
    } catch (error) {
      // It has been deleted since it was listed.
      if (error instanceof CloudError && error.isNotFound) return []
      throw error
    }
  })
  return found.flat()
}

async function readGateway(
  client: Client,
  mark: OwnerMark,
  item: GatewayItem,
  bindings: BindingItem[],
): Promise<FoundGateway> {
  const GatewayId = item.Id
  // A gateway in creation or deletion has nothing that can be used.
  const isUsable = !/^Creat|^Deleting/.test(item.Status ?? '')
  const list = <Item>(action: string, body: object) =>
    isUsable ? listAll<Item>(client, 'apig', action, body) : Promise.resolve([])
  const isOurs = (name: string, comment: string | undefined) => isNamed(mark, name) && hasOwnerComment(mark, comment)

  const services = (await list<ServiceItem>('ListGatewayServices', { GatewayId })).map((one) => foundService(mark, one))
  const upstreams = await list<UpstreamItem>('ListUpstreams', { GatewayId })
  const routes = await list<RouteItem>('ListRoutes', { GatewayId })
  const consumers = await list<CommentedItem>('ListConsumers', { Filter: { GatewayId } })
  return {
    id: item.Id,
    name: item.Name,
    status: item.Status ?? 'Running',
    message: item.Message ?? '',
    network: item.ResourceSpec?.NetworkType,
    isOurs: hasOwnerComment(mark, item.Comments),
    services,
    upstreams: upstreams.map((one) => ({ ...one, isOurs: isOurs(one.Name, one.Comments) })),
    routes: routes.map((one) => ({ ...one, isOurs: isOurRoute(mark, one, services, upstreams) })),
    consumers: await inParallel(consumers, async ({ Id, Name, Comments }) => {
      const own = isOurs(Name, Comments)
      return { id: Id, name: Name, isOurs: own, credentialIds: own ? await credentialsOf(client, Id) : [] }
    }),
    bindings: bindings
      .filter((one) => (one.GatewayId ?? item.Id) === item.Id)
      .map((one) => ({ ...one, isOurs: hasOwnerComment(mark, one.Description) })),
  }
}

/**
 * A route has neither tags nor a comment, so its upstream or, failing that, its gateway service identifies the owner.
 * The name is not enough: the names of stage `dev-2` begin like those of stage `dev`.
 */
function isOurRoute(
  mark: OwnerMark,
  { Name, ServiceId, UpstreamList }: RouteItem,
  services: FoundGatewayService[],
  upstreams: UpstreamItem[],
): boolean {
  if (!isNamed(mark, Name)) return false
  const comments = (UpstreamList ?? []).map(({ UpstreamId }) => upstreams.find(({ Id }) => Id === UpstreamId)?.Comments)
  if (comments.some((comment) => hasOwnerComment(mark, comment))) return true
  const isInOurs = services.some(({ id, isOurs }) => isOurs && id === ServiceId)
  return isInOurs && !comments.some((comment) => hasOtherOwnerComment(mark, comment))
}

function isNamed({ prefix }: OwnerMark, name: string): boolean {
  return name === prefix || name.startsWith(`${prefix}-`)
}

/** Converts a gateway service of the API. */
export function foundService(mark: OwnerMark, item: ServiceItem): FoundGatewayService {
  const domains = (item.Domains ?? []).map(({ Domain, Type = '' }) => ({
    address: /^https?:\/\//.test(Domain) ? Domain : `https://${Domain}`,
    isPublic: !/^private$/i.test(Type),
  }))
  const rank = ({ address, isPublic }: (typeof domains)[number]) =>
    (isPublic ? 0 : 2) + (address.startsWith('https:') ? 0 : 1)
  return {
    id: item.Id,
    name: item.Name ?? item.ServiceName ?? '',
    status: item.Status ?? 'Running',
    message: item.Message ?? '',
    isOurs: hasOwnerComment(mark, item.Comments),
    addresses: domains.sort((one, other) => rank(one) - rank(other)).map(({ address }) => address),
    isPublic: domains.some(({ isPublic }) => isPublic),
  }
}

/**
 * Reads the ids of the keys of a consumer.
 * @throws {CloudError}
 */
export async function credentialsOf(client: Client, ConsumerId: string): Promise<string[]> {
  const of = { ConsumerId, CredentialType: 'key-auth' }
  const items = await listAll<{ Id: string }>(client, 'apig', 'ListConsumerCredentials', of)
  return items.map(({ Id }) => Id)
}
