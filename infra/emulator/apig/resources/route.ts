import type { DataPlane } from '../data-plane.ts'
import type { ProxyRoute } from '../proxy/index.ts'
import { domainsOf, type GatewayService } from './gateway-service.ts'
import type { Resource } from './resource.ts'
import type { ResourceTable } from './resource-table.ts'
import type { RouteSettings } from './route-settings.ts'

/** A route: which requests to a service go to which upstreams, and how. */
export interface Route extends Resource, RouteSettings {
  ServiceId: string
  CreateTime: string
  UpdateTime: string
  /** What requests go by, from which time on in milliseconds since 1970, oldest first; undefined: they pass it by. */
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

/** What requests go by at `now`, milliseconds since 1970; undefined while they pass it by. */
export function routeInForce({ published }: Route, now: number): ProxyRoute | undefined {
  return published.findLast(({ at }) => at <= now)?.route
}
