import * as v from 'valibot'
import { pageOf } from '../gateway/pages.ts'
import { type Action, action } from './action.ts'
import { mustBeDeletable, mustBeNew, mustBeRunning, mustBeUnused, nameMatches } from './assumptions.ts'
import { startDeletion } from './deletion.ts'
import { notEmulated } from './errors.ts'
import { existenceOf } from './existence.ts'
import { comments, optionalBoolean, optionalString, pageFields, resourceName } from './fields.ts'
import { admitCreation, newResource } from './new-resource.ts'
import { describeGatewayService, type GatewayService } from './resources/gateway-service.ts'

const protocols = v.pipe(
  v.array(v.picklist(['HTTP', 'HTTPS'], 'it must be HTTP or HTTPS')),
  v.minLength(1, 'it must contain HTTP, HTTPS or both'),
)
const authSpec = v.object({ Enable: v.boolean() })
const networkSpec = v.object({
  EnablePublicNetwork: v.optional(v.boolean(), false),
  EnablePrivateNetwork: v.optional(v.boolean(), false),
})

const serviceSettings = v.object({
  GatewayId: v.string(),
  ServiceName: resourceName(128),
  Protocol: protocols,
  AuthSpec: authSpec,
  DomainType: v.optional(v.picklist(['DefaultDomain', 'CustomDomain']), 'DefaultDomain'),
  CustomDomains: v.optional(v.array(v.unknown()), []),
  ServiceNetworkSpec: v.optional(networkSpec, { EnablePublicNetwork: true, EnablePrivateNetwork: false }),
  ServiceType: optionalString,
  Comments: comments,
})

export const createGatewayService: Action = action(serviceSettings, (input, apig, call) => {
  const { GatewayId, ServiceName, AuthSpec, DomainType, CustomDomains, ServiceType, Comments = '' } = input
  const gateway = apig.gateways.get(GatewayId, call.region)
  mustBeRunning('gateway', gateway)
  if (AuthSpec.Enable) throw notEmulated('AuthSpec.Enable')
  if (DomainType !== 'DefaultDomain' || CustomDomains.length > 0) throw notEmulated('CustomDomains')
  if (ServiceType) throw notEmulated(`ServiceType ${ServiceType}`)
  const present = apig.services.all().filter((service) => service.GatewayId === GatewayId)
  const isSame = ({ Name }: GatewayService) => Name === ServiceName
  mustBeNew('gateway service', ServiceName, present.filter(isSame))
  admitCreation(apig, call, 'services of a gateway', present, apig.quotas.servicesPerGateway)

  const failed = apig.faults.take(call.action, 'FailService')
  const stuck = apig.faults.take(call.action, 'StuckService')
  const { Protocol, ServiceNetworkSpec } = input
  const service: GatewayService = {
    ...newResource(apig, call, 's'),
    Name: ServiceName,
    GatewayId,
    Status: 'Creating',
    Protocol,
    AuthSpec,
    ServiceNetworkSpec,
    Comments,
    failure: failed ? (failed.Message ?? 'Scripted fault: the service cannot be created.') : '',
  }
  apig.services.put(service)
  const seconds = stuck ? 'never' : apig.delays.serviceSeconds
  apig.services.move(service, 'Creating', failed ? 'CreatedFailed' : 'Running', seconds)
  if (!failed) apig.dataPlane.openAddress(service.Id)
  return { Id: service.Id }
})

export const getGatewayService: Action = action(v.object({ Id: v.string() }), ({ Id }, apig, call) => ({
  GatewayService: describeGatewayService(apig, apig.services.get(Id, call.region)),
}))

export const listGatewayServices: Action = action(
  v.object({
    ...pageFields,
    GatewayId: optionalString,
    Filter: v.optional(v.object({ Name: optionalString, Status: optionalString, ServiceType: optionalString }), {}),
  }),
  ({ GatewayId, Filter, ...page }, apig, call) => {
    const matchesFilter = (service: GatewayService) =>
      (!GatewayId || service.GatewayId === GatewayId) &&
      (!Filter.Name || nameMatches(service.Name, Filter.Name)) &&
      (!Filter.Status || service.Status === Filter.Status) &&
      !Filter.ServiceType
    const services = apig.services.listed(call.region).filter(matchesFilter)
    return pageOf(services, page, (service) => describeGatewayService(apig, service))
  },
)

export const updateGatewayService: Action = action(
  v.object({
    Id: v.string(),
    Protocol: protocols,
    AuthSpec: v.optional(authSpec),
    ServiceNetworkSpec: v.optional(networkSpec),
    DomainSpec: v.optional(v.object({ EnablePublicResolution: optionalBoolean })),
    Comments: comments,
  }),
  ({ Id, Protocol, AuthSpec, ServiceNetworkSpec, DomainSpec, Comments }, apig, call) => {
    const service = apig.services.get(Id, call.region)
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
  const service = apig.services.get(Id, call.region)
  mustBeDeletable('gateway service', service)
  const routes = apig.routes.all().filter(({ ServiceId }) => ServiceId === Id)
  mustBeUnused('gateway service', Id, routes, 'route')
  const bindings = apig.pluginBindings.all().filter(({ Target }) => Target === Id)
  mustBeUnused('gateway service', Id, bindings, 'plugin binding')
  startDeletion(apig, call, apig.services, service)
  return {}
})

export const checkGatewayServiceExist: Action = action(
  v.object({ GatewayId: v.string(), Name: v.string() }),
  ({ GatewayId, Name }, apig, call) => {
    const matches = (service: GatewayService) => service.GatewayId === GatewayId && service.Name === Name
    return existenceOf(apig.services.listed(call.region).find(matches))
  },
)
