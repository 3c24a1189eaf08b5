import * as v from 'valibot'
import type { ResourceTable } from '../../gateway/resource-table.ts'
import { comments } from '../fields.ts'
import type { Gateway } from './gateway.ts'
import type { GatewayService } from './gateway-service.ts'
import { pluginName } from './plugin.ts'
import type { Resource } from './resource.ts'
import type { Route } from './route.ts'

/** The parameters of CreatePluginBinding. */
export const pluginBindingSettings = v.object({
  PluginName: pluginName,
  Scope: v.picklist(['GATEWAY', 'SERVICE', 'ROUTE'], 'it must be GATEWAY, SERVICE or ROUTE'),
  Target: v.string(),
  PluginConfig: v.string(),
  Enable: v.boolean(),
  Description: comments,
})

/** Applies a plugin to a whole gateway, to a service, or to a route. */
export interface PluginBinding extends Resource, v.InferOutput<typeof pluginBindingSettings> {
  GatewayId: string
  ServiceId: string
  RouteId: string
  UpdateTime: string
}

/** A binding as GetPluginBinding and ListPluginBindings show it. */
export function describePluginBinding(
  {
    gateways,
    services,
    routes,
  }: { gateways: ResourceTable<Gateway>; services: ResourceTable<GatewayService>; routes: ResourceTable<Route> },
  binding: PluginBinding,
): object {
  const { region, hiddenUntil, Status, next, ...shown } = binding
  const GatewayName = gateways.find(binding.GatewayId, region)?.Name ?? ''
  const ServiceName = services.find(binding.ServiceId, region)?.Name ?? ''
  const RouteName = routes.find(binding.RouteId, region)?.Name ?? ''
  const TargetName = { GATEWAY: GatewayName, SERVICE: ServiceName, ROUTE: RouteName }[binding.Scope]
  return { ...shown, Description: binding.Description ?? '', TargetName, GatewayName, ServiceName, RouteName }
}
