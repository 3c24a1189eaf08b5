import type { ResourceTable } from '../../gateway/resource-table.ts'
import type { Gateway } from './gateway.ts'
import type { Resource } from './resource.ts'

/** A caller of a gateway, identified by its credentials. */
export interface Consumer extends Resource {
  Name: string
  GatewayId: string
  Comments: string
  CreateTime: string
  UpdateTime: string
}

/** A consumer as GetConsumer and ListConsumers show it. */
export function describeConsumer({ gateways }: { gateways: ResourceTable<Gateway> }, consumer: Consumer): object {
  const { region, hiddenUntil, Status, next, ...shown } = consumer
  return { ...shown, GatewayName: gateways.find(consumer.GatewayId, region)?.Name ?? '' }
}
