import * as v from 'valibot'
import type { Call } from '../openapi/gateway.ts'
import { type Action, type Apig, action, admitCreation, born, find } from './action.ts'
import { mustBeDeletable, mustBeNew, mustBeRunning, mustBeUnused, nameMatches } from './assumptions.ts'
import { notEmulated } from './errors.ts'
import { comments, flag, name, pageOf, paging, protocols, resourceType, tags, text } from './fields.ts'
import { gatewayOf } from './gateways.ts'
import type { Resource } from './resources.ts'

const authSpec = v.object({ Enable: v.boolean() })
const networkSpec = v.object({
  EnablePublicNetwork: v.optional(v.boolean(), false),
  EnablePrivateNetwork: v.optional(v.boolean(), false),
})

const creation = v.object({
  GatewayId: v.string(),
  ServiceName: name(128),
  Protocol: v.pipe(protocols, v.minLength(1, 'it has to name HTTP, HTTPS or both')),
  AuthSpec: authSpec,
  DomainType: v.optional(v.picklist(['DefaultDomain', 'CustomDomain']), 'DefaultDomain'),
  CustomDomains: v.optional(v.array(v.unknown()), []),
  ServiceNetworkSpec: v.optional(networkSpec, { EnablePublicNetwork: true, EnablePrivateNetwork: false }),
  ServiceType: text,
  Comments: comments,
  ResourceType: resourceType,
  Tags: tags(1),
})

/** A gateway service: an address, with routes behind it. */
export interface GatewayService extends Resource {
  Name: string
  GatewayId: string
  Status: 'Creating' | 'CreatedFailed' | 'Running' | 'Deleting' | 'DeletedFailed'
  Protocol: ('HTTP' | 'HTTPS')[]
  AuthSpec: v.InferOutput<typeof authSpec>
  ServiceNetworkSpec: v.InferOutput<typeof networkSpec>
  Comments: string
  ResourceType: 'Console' | 'Ingress'
  Tags: { Key: string; Value: string }[]
  CreateTime: string
  failure: string
}

export const createGatewayService: Action = action(creation, (input, apig, call) => {
  const { GatewayId, ServiceName, AuthSpec, DomainType, CustomDomains, ServiceType, Comments = '', Tags = [] } = input
  const gateway = gatewayOf(apig, GatewayId, call)
  mustBeRunning('gateway', gateway)
  if (AuthSpec.Enable) throw notEmulated('AuthSpec.Enable')
  if (DomainType !== 'DefaultDomain' || CustomDomains.length > 0) throw notEmulated('CustomDomains')
  if (ServiceType) throw notEmulated(`ServiceType ${ServiceType}`)
  const present = servicesIn(apig, GatewayId)
  const isSame = ({ Name }: GatewayService) => Name === ServiceName
  mustBeNew('gateway service', ServiceName, present.filter(isSame))
  admitCreation(apig, call, 'services of a gateway', present, apig.quotas.servicesPerGateway)

  const failed = apig.faults.take(call.action, 'FailService')
  const stuck = apig.faults.take(call.action, 'StuckService')
  const { Protocol, ServiceNetworkSpec, ResourceType } = input
  const service: GatewayService = {
    ...born(apig, call, 's'),
    ...{ Name: ServiceName, GatewayId, Status: 'Creating', Protocol, AuthSpec, ServiceNetworkSpec },
    ...{ Comments, ResourceType, Tags },
    failure: failed ? (failed.Message ?? 'Scripted fault: the service cannot be made.') : '',
  }
  apig.services.put(service)
  const seconds = stuck ? 'never' : apig.delays.serviceSeconds
  apig.services.move(service, 'Creating', failed ? 'CreatedFailed' : 'Running', seconds)
  if (!failed) apig.dataPlane.open(service.Id)
  return { Id: service.Id }
})

export const getGatewayService: Action = action(v.object({ Id: v.string() }), ({ Id }, apig, call) => ({
  GatewayService: describeService(apig, serviceOf(apig, Id, call)),
}))

export const listGatewayServices: Action = action(
  v.object({
    ...paging,
    GatewayId: text,
    Filter: v.optional(v.object({ Name: text, Status: text, ServiceType: text }), {}),
  }),
  ({ GatewayId, Filter, ...paging }, apig, call) => {
    const wanted = (service: GatewayService) =>
      (!GatewayId || service.GatewayId === GatewayId) &&
      (!Filter.Name || nameMatches(service.Name, Filter.Name)) &&
      (!Filter.Status || service.Status === Filter.Status) &&
      !Filter.ServiceType
    const services = apig.services.listed(call.region).filter(wanted)
    return pageOf(
      services.map((service) => describeService(apig, service)),
      paging,
    )
  },
)

export const updateGatewayService: Action = action(
  v.object({
    Id: v.string(),
    Protocol: v.pipe(protocols, v.minLength(1, 'it has to name HTTP, HTTPS or both')),
    AuthSpec: v.optional(authSpec),
    ServiceNetworkSpec: v.optional(networkSpec),
    DomainSpec: v.optional(v.object({ EnablePublicResolution: flag })),
    Comments: comments,
  }),
  ({ Id, Protocol, AuthSpec, ServiceNetworkSpec, DomainSpec, Comments }, apig, call) => {
    const service = serviceOf(apig, Id, call)
    mustBeRunning('gateway service', service)
    if (AuthSpec?.Enable) throw notEmulated('AuthSpec.Enable')
    if (DomainSpec?.EnablePublicResolution === false) throw notEmulated('DomainSpec.EnablePublicResolution')
    service.Protocol = Protocol
    if (ServiceNetworkSpec) service.ServiceNetworkSpec = ServiceNetworkSpec
    if (Comments !== undefined) service.Comments = Comments
    return { Id }
  },
)

export const deleteGatewayService: Action = action(v.object({ Id: v.string() }), ({ Id }, apig, call) => {
  const service = serviceOf(apig, Id, call)
  mustBeDeletable('gateway service', service)
  const routes = apig.routes.all().filter(({ ServiceId }) => ServiceId === Id)
  mustBeUnused('gateway service', Id, routes, 'route')
  const bindings = apig.bindings.all().filter(({ Target }) => Target === Id)
  mustBeUnused('gateway service', Id, bindings, 'plugin binding')
  const failed = apig.faults.take(call.action, 'FailDeleting')
  const stuck = apig.faults.take(call.action, 'StuckDeleting')
  const seconds = stuck ? 'never' : apig.delays.deleteSeconds
  apig.services.move(service, 'Deleting', failed ? 'DeletedFailed' : 'GONE', seconds)
  return {}
})

export const checkGatewayServiceExist: Action = action(
  v.object({ GatewayId: v.string(), Name: v.string() }),
  ({ GatewayId, Name }, apig, call) => {
    const isIt = (service: GatewayService) => service.GatewayId === GatewayId && service.Name === Name
    const service = apig.services.listed(call.region).find(isIt)
    return service ? { Exist: true, Id: service.Id } : { Exist: false }
  },
)

/** @throws ApiError 404 ResourceNotFound */
export function serviceOf(apig: Apig, id: string, call: Call): GatewayService {
  return find(apig.services, 'gateway service', id, call)
}

/** A service as GetGatewayService and ListGatewayServices show it. It has no domain before it is Running. */
export function describeService(apig: Apig, service: GatewayService): object {
  const { region, hiddenUntil, next, failure, ServiceNetworkSpec, ResourceType, ...shown } = service
  return {
    ...shown,
    GatewayName: apig.gateways.get(service.GatewayId, region)?.Name ?? '',
    Message: service.Status === 'CreatedFailed' ? failure : '',
    Domains: domainsOf(apig, service),
    CustomDomains: [],
  }
}

/** The addresses of a service, in the public network and in that of the gateway. Here both are the same. */
export function domainsOf(apig: Apig, { Id, Status, ServiceNetworkSpec }: GatewayService) {
  const Domain = apig.dataPlane.urlOf(Id)
  if (Status !== 'Running' || Domain === undefined) return []
  const { EnablePublicNetwork, EnablePrivateNetwork } = ServiceNetworkSpec
  return [
    ...(EnablePublicNetwork ? [{ Domain, Type: 'public' }] : []),
    ...(EnablePrivateNetwork ? [{ Domain, Type: 'private' }] : []),
  ]
}

function servicesIn(apig: Apig, gatewayId: string): GatewayService[] {
  return apig.services.all().filter(({ GatewayId }) => GatewayId === gatewayId)
}
