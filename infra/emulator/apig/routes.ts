import * as v from 'valibot'
import { timestamp } from '../openapi/envelope.ts'
import type { Call } from '../openapi/gateway.ts'
import { type Action, type Apig, action, admitCreation, born, find } from './action.ts'
import {
  harmlessPriorities,
  mustBeRunning,
  mustBeUnused,
  nameMatches,
  notInWhitelist,
  withoutTags,
} from './assumptions.ts'
import { notFound } from './errors.ts'
import { pageOf, paging, resourceType, tags, text } from './fields.ts'
import { domainsOf, type GatewayService, serviceOf } from './gateway-services.ts'
import type { Resource } from './resources.ts'
import { type RouteSettings, refuseNotEmulated, routeSettings } from './route-settings.ts'

/** A route: which requests to a service go to which upstreams, and how. */
export interface Route extends Resource, RouteSettings {
  ServiceId: string
  ResourceType: 'Console' | 'Ingress'
  Tags: { Key: string; Value: string }[]
  CreateTime: string
  UpdateTime: string
  /** What requests go by, from which time on in milliseconds since 1970, oldest first. */
  published: { at: number; settings: RouteSettings }[]
}

export const createRoute: Action = action(
  v.object({ ...routeSettings, ServiceId: v.string(), ResourceType: resourceType, Tags: tags(10) }),
  ({ Tags = [], ...input }, apig, call) => {
    const service = serviceOf(apig, input.ServiceId, call)
    mustBeRunning('gateway service', service)
    check(input, service, apig, call)
    const present = apig.routes.all().filter(({ ServiceId }) => ServiceId === service.Id)
    admitCreation(apig, call, 'routes of a service', present, apig.quotas.routesPerService)
    const birth = born(apig, call, 'r')
    const published = [publication(apig, input)]
    const route: Route = { ...birth, UpdateTime: birth.CreateTime, ...input, Tags, published }
    apig.routes.put(route)
    return { Id: route.Id }
  },
)

export const getRoute: Action = action(v.object({ Id: v.string() }), ({ Id }, apig, call) => ({
  Route: withoutTags(describeRoute(apig, routeOf(apig, Id, call))),
}))

export const listRoutes: Action = action(
  v.object({
    ...paging,
    GatewayId: text,
    ServiceId: text,
    UpstreamId: text,
    UpstreamVersion: text,
    ResourceType: text,
    Filter: v.optional(v.object({ Name: text, Path: text, UpstreamIds: v.optional(v.array(v.string())) }), {}),
  }),
  ({ GatewayId, ServiceId, UpstreamId, UpstreamVersion, ResourceType, Filter, ...paging }, apig, call) => {
    const { Name, Path, UpstreamIds } = Filter
    const leadsTo = ({ UpstreamList }: Route, ids: readonly string[]) =>
      UpstreamList.some((upstream) => ids.includes(upstream.UpstreamId))
    const wanted = (route: Route) =>
      (!GatewayId || apig.services.get(route.ServiceId, route.region)?.GatewayId === GatewayId) &&
      (!ServiceId || route.ServiceId === ServiceId) &&
      (!UpstreamId || leadsTo(route, [UpstreamId])) &&
      !UpstreamVersion &&
      (!ResourceType || route.ResourceType === ResourceType) &&
      (!Name || nameMatches(route.Name, Name)) &&
      (!Path || nameMatches(route.MatchRule.Path.MatchContent, Path)) &&
      (!UpstreamIds?.length || leadsTo(route, UpstreamIds))
    const routes = apig.routes.listed(call.region).filter(wanted)
    return pageOf(
      routes.map((route) => withoutTags(describeRoute(apig, route))),
      paging,
    )
  },
)

/** What the call does not name is no longer set. */
export const updateRoute: Action = action(v.object({ ...routeSettings, Id: v.string() }), (input, apig, call) => {
  const route = routeOf(apig, input.Id, call)
  check(input, serviceOf(apig, route.ServiceId, call), apig, call)
  const { Id, region, ServiceId, ResourceType, Tags, CreateTime } = route
  apig.routes.put({
    ...{ Id, region, ServiceId, ResourceType, Tags, CreateTime },
    ...input,
    UpdateTime: timestamp(apig.clock.now()),
    published: [...route.published, publication(apig, input)],
  })
  return { Id }
})

export const deleteRoute: Action = action(v.object({ Id: v.string() }), ({ Id }, apig, call) => {
  const route = routeOf(apig, Id, call)
  const bindings = apig.bindings.all().filter(({ Target }) => Target === Id)
  mustBeUnused('route', Id, bindings, 'plugin binding')
  apig.routes.remove(route)
  return {}
})

export const checkRouteExist: Action = action(
  v.object({ ServiceId: v.string(), Name: v.string() }),
  ({ ServiceId, Name }, apig, call) => {
    const isIt = (route: Route) => route.ServiceId === ServiceId && route.Name === Name
    const route = apig.routes.listed(call.region).find(isIt)
    return route ? { Exist: true, Id: route.Id } : { Exist: false }
  },
)

/** @throws ApiError 404 ResourceNotFound */
export function routeOf(apig: Apig, id: string, call: Call): Route {
  return find(apig.routes, 'route', id, call)
}

/** A route as GetRoute and ListRoutes show it, and its tags. */
export function describeRoute(apig: Apig, { region, hiddenUntil, Status, next, published, ...route }: Route) {
  const service = apig.services.get(route.ServiceId, region)
  return {
    ...route,
    ServiceName: service?.Name ?? '',
    Priority: route.Priority ?? 100,
    Domains: service ? domainsOf(apig, service) : [],
    CustomDomains: [],
    Reason: '',
  }
}

/** What requests go by at this moment; undefined while nothing of the route has reached the gateway. */
export function settingsInForce(apig: Apig, { published }: Route): RouteSettings | undefined {
  const now = apig.clock.now()
  return published.findLast(({ at }) => at <= now)?.settings
}

function publication(apig: Apig, settings: RouteSettings): Route['published'][number] {
  return { at: apig.clock.now() + apig.delays.routeSeconds * 1000, settings }
}

/** @throws ApiError for settings that this service's routes cannot have */
function check(settings: RouteSettings, service: GatewayService, apig: Apig, call: Call): void {
  if (settings.Priority !== undefined && !harmlessPriorities.includes(settings.Priority)) {
    throw notInWhitelist('custom priorities of routes')
  }
  refuseNotEmulated(settings)
  for (const { UpstreamId } of settings.UpstreamList) {
    if (apig.upstreams.get(UpstreamId, call.region)?.GatewayId !== service.GatewayId) {
      throw notFound('upstream', UpstreamId)
    }
  }
}
