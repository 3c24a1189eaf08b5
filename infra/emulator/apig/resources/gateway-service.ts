import type { DataPlane } from '../data-plane.ts'
import type { Gateway } from './gateway.ts'
import type { Resource, Status } from './resource.ts'
import type { ResourceTable } from './resource-table.ts'

/** A gateway service: an address, with routes behind it. */
export interface GatewayService extends Resource {
  Name: string
  GatewayId: string
  Status: Status
  Protocol: ('HTTP' | 'HTTPS')[]
  AuthSpec: { Enable: boolean }
  ServiceNetworkSpec: { EnablePublicNetwork: boolean; EnablePrivateNetwork: boolean }
  Comments: string
  CreateTime: string
  /** Why it ends in CreatedFailed; empty when it does not. */
  failure: string
}

/** A service as GetGatewayService and ListGatewayServices show it. It has no domain before it is Running. */
export function describeGatewayService(
  { gateways, dataPlane }: { gateways: ResourceTable<Gateway>; dataPlane: DataPlane },
  service: GatewayService,
): object {
  const { region, hiddenUntil, next, failure, ServiceNetworkSpec, ...shown } = service
  return {
    ...shown,
    GatewayName: gateways.find(service.GatewayId, region)?.Name ?? '',
    Message: service.Status === 'CreatedFailed' ? failure : '',
    Domains: domainsOf(dataPlane, service),
    CustomDomains: [],
  }
}

/** The addresses of a service, in the public network and in that of the gateway. Here both are the same. */
export function domainsOf(dataPlane: DataPlane, { Id, Status, ServiceNetworkSpec }: GatewayService) {
  const Domain = dataPlane.urlOf(Id)
  if (Status !== 'Running' || Domain === undefined) return []
  const { EnablePublicNetwork, EnablePrivateNetwork } = ServiceNetworkSpec
  return [
    ...(EnablePublicNetwork ? [{ Domain, Type: 'public' }] : []),
    ...(EnablePrivateNetwork ? [{ Domain, Type: 'private' }] : []),
  ]
}
