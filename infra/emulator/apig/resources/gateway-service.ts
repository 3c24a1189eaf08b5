import type { ResourceTable } from '../../gateway/resource-table.ts'
import type { DataPlane } from '../data-plane.ts'
import type { Gateway } from './gateway.ts'
import type { Resource, Status } from './resource.ts'

/** An address of a gateway, with routes. */
export interface GatewayService extends Resource {
  Name: string
  GatewayId: string
  Status: Status
  Protocol: ('HTTP' | 'HTTPS')[]
  AuthSpec: { Enable: boolean }
  ServiceNetworkSpec: { EnablePublicNetwork: boolean; EnablePrivateNetwork: boolean }
  Comments: string
  CreateTime: string
  /** Why the creation fails; empty if it does not. */
  failure: string
}

/** A service as GetGatewayService and ListGatewayServices show it. It has domains only while it is Running. */
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

/** The addresses of a service in the public network and in the gateway's network. In the emulator they are the same. */
export function domainsOf(dataPlane: DataPlane, { Id, Status, ServiceNetworkSpec }: GatewayService) {
  const Domain = dataPlane.urlOf(Id)
  if (Status !== 'Running' || Domain === undefined) return []
  const { EnablePublicNetwork, EnablePrivateNetwork } = ServiceNetworkSpec
  const domains: { Domain: string; Type: 'public' | 'private' }[] = []
  if (EnablePublicNetwork) domains.push({ Domain, Type: 'public' })
  if (EnablePrivateNetwork) domains.push({ Domain, Type: 'private' })
  return domains
}
