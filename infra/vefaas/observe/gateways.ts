import type { Client } from '../cloud/client.ts'
import { listAll } from '../cloud/pages.ts'
import { hasComment, hasTags, type Mark, type Tag } from '../mark.ts'
import { inParallel } from '../parallel.ts'
import type { RouteSpec } from '../service.ts'

/** A gateway of the account, with what this service has in it. */
export type FoundGateway = {
  id: string
  name: string
  status: string
  message: string
  /** This service has made it. */
  isOurs: boolean
  services: FoundGatewayService[]
  /** Of the rest, only what this service has made. */
  upstreams: UpstreamItem[]
  routes: RouteItem[]
  consumers: FoundConsumer[]
  bindings: BindingItem[]
}

export type FoundGatewayService = {
  id: string
  name: string
  status: string
  message: string
  isOurs: boolean
  /** With `https://`. */
  addresses: string[]
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
  Tags?: Tag[] | null
}

export type FoundConsumer = { id: string; name: string; credentialIds: string[] }

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

type GatewayItem = { Id: string; Name: string; Status?: string; Message?: string; Tags?: Tag[] | null }

type ServiceItem = {
  Id: string
  /** An official tool reads the second, the SDK's model has the first. */
  Name?: string
  ServiceName?: string
  Status?: string
  Message?: string
  Comments?: string
  Domains?: { Domain: string; Type?: string }[] | null
}

type CommentedItem = { Id: string; Name: string; Comments?: string }

/** Reads every gateway of the account, because what this service has made may be in any. @throws CloudError */
export async function observeGateways(client: Client, mark: Mark): Promise<FoundGateway[]> {
  const items = await listAll<GatewayItem>(client, 'apig', 'ListGateways')
  const bindings = items.length > 0 ? await listAll<BindingItem>(client, 'apig', 'ListPluginBindings') : []
  return inParallel(items, (item) => lookAt(client, mark, item, bindings))
}

async function lookAt(client: Client, mark: Mark, item: GatewayItem, bindings: BindingItem[]): Promise<FoundGateway> {
  const GatewayId = item.Id
  const isRunning = item.Status === undefined || item.Status === 'Running' || item.Status === 'Updating'
  const list = <Item>(action: string, body: object) =>
    isRunning ? listAll<Item>(client, 'apig', action, body) : Promise.resolve([])

  const services = await list<ServiceItem>('ListGatewayServices', { GatewayId })
  const upstreams = await list<UpstreamItem>('ListUpstreams', { GatewayId })
  const routes = await list<RouteItem>('ListRoutes', { GatewayId })
  const consumers = await list<CommentedItem>('ListConsumers', { Filter: { GatewayId } })
  const ours = consumers.filter((consumer) => isNamed(mark, consumer.Name) && hasComment(mark, consumer.Comments))
  return {
    id: item.Id,
    name: item.Name,
    status: item.Status ?? 'Running',
    message: item.Message ?? '',
    isOurs: hasTags(mark, item.Tags),
    services: services.map((service) => foundService(mark, service)),
    upstreams: upstreams.filter(({ Name, Comments }) => isNamed(mark, Name) && hasComment(mark, Comments)),
    // Not every version of the API shows the tags of a route.
    routes: routes.filter(({ Name, Tags }) => isNamed(mark, Name) && (!Tags?.length || hasTags(mark, Tags))),
    consumers: await inParallel(ours, (consumer) => withCredentials(client, consumer)),
    bindings: bindings.filter((one) => hasComment(mark, one.Description) && (one.GatewayId ?? item.Id) === item.Id),
  }
}

function isNamed({ prefix }: Mark, name: string): boolean {
  return name === prefix || name.startsWith(`${prefix}-`)
}

/** Reads a service of a gateway. */
export function foundService(mark: Mark, item: ServiceItem): FoundGatewayService {
  return {
    id: item.Id,
    name: item.Name ?? item.ServiceName ?? '',
    status: item.Status ?? 'Running',
    message: item.Message ?? '',
    isOurs: hasComment(mark, item.Comments),
    addresses: (item.Domains ?? []).map(({ Domain }) => (/^https?:\/\//.test(Domain) ? Domain : `https://${Domain}`)),
  }
}

async function withCredentials(client: Client, { Id, Name }: CommentedItem): Promise<FoundConsumer> {
  const items = await listAll<{ Id: string }>(client, 'apig', 'ListConsumerCredentials', {
    ConsumerId: Id,
    CredentialType: 'key-auth',
  })
  return { id: Id, name: Name, credentialIds: items.map((item) => item.Id) }
}
