import type { ResourceTable } from '../../gateway/resource-table.ts'
import type { DataPlane } from '../data-plane.ts'
import type { ProxyRoute } from '../proxy/index.ts'
import { domainsOf, type GatewayService } from './gateway-service.ts'
import type { Resource } from './resource.ts'
import type { RouteSettings } from './route-settings.ts'

/** Decides which requests to a service go to which upstreams, and how. */
export interface Route extends Resource, RouteSettings {
  ServiceId: string
  CreateTime: string
  UpdateTime: string
  /**
   * The versions that requests follow, oldest first, each from a time in milliseconds since 1970. Undefined: disabled.
   */
  published: { at: number; route: ProxyRoute | undefined }[]
}

/** A route as GetRoute and ListRoutes show it. */
export function describeRoute(
  { services, dataPlane }: { services: ResourceTable<GatewayService>; dataPlane: DataPlane },
  { region, hiddenUntil, Status, next, published, Scene, RouteType, ...route }: Route,
) {
  const service = services.find(route.ServiceId, region)
  return {
    ...route,
    ServiceName: service?.Name ?? '',
    Priority: route.Priority ?? 100,
    Domains: service ? domainsOf(dataPlane, service) : [],
    CustomDomains: [],
    Reason: '',
  }
}

/**
 * The version in force at `now`, in milliseconds since 1970; undefined if the route is disabled or not yet in force.
 */
export function routeInForce({ published }: Route, now: number): ProxyRoute | undefined {
  return published.findLast(({ at }) => at <= now)?.route
}
