import type { Client } from './cloud/client.ts'
import { listAll } from './cloud/pages.ts'
import { foundService, type ServiceItem } from './observe/gateways.ts'
import type { ServiceSpec } from './service.ts'

/**
 * Returns the URL of the gateway service, such as `https://...volceapi.com`; undefined if it is not deployed.
 * @throws {CloudError}
 */
export async function addressOf(client: Client, { gateway, mark }: ServiceSpec): Promise<string | undefined> {
  const gateways = await listAll<{ Id: string; Name: string }>(client, 'apig', 'ListGateways')
  const found = gateways.find(({ Id, Name }) => (gateway.id ? Id === gateway.id : Name === gateway.name))
  if (found === undefined) return undefined
  const services = await listAll<ServiceItem>(client, 'apig', 'ListGatewayServices', {
    GatewayId: found.Id,
  })
  return services.map((item) => foundService(mark, item)).find(({ name }) => name === gateway.serviceName)?.addresses[0]
}
