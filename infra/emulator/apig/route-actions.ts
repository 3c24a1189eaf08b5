import * as v from 'valibot'
import { timestamp } from '../gateway/envelope.ts'
import type { ApiCall } from '../gateway/gateway.ts'
import { pageOf } from '../gateway/pages.ts'
import { resourceNotFound } from '../gateway/service-errors.ts'
import { type Action, type Apig, action } from './action.ts'
import {
  acceptedPriorities,
  mustBeRunning,
  mustBeUnused,
  nameMatches,
  notInWhitelist,
  resourceType,
} from './assumptions.ts'
import { existenceOf } from './existence.ts'
import { optionalString, pageFields } from './fields.ts'
import { admitCreation, newResource } from './new-resource.ts'
import { proxyRoute } from './proxy-route.ts'
import type { GatewayService } from './resources/gateway-service.ts'
import { describeRoute, type Route } from './resources/route.ts'
import { type RouteSettings, refuseNotEmulated, routeSettings } from './resources/route-settings.ts'

export const createRoute: Action = action(
  v.object({ ...routeSettings, ServiceId: v.string() }),
  (input, apig, call) => {
    const service = apig.services.get(input.ServiceId, call.region)
    mustBeRunning('gateway service', service)
    checkSettings(input, service, apig, call)
    const present = apig.routes.all().filter(({ ServiceId }) => ServiceId === service.Id)
    admitCreation(apig, call, 'routes of a service', present, apig.quotas.routesPerService)
    const base = newResource(apig, call, 'r')
    const published = [publishedRoute(apig, service, base.Id, input)]
    const route: Route = { ...base, UpdateTime: base.CreateTime, ...input, published }
    apig.routes.put(route)
    return { Id: route.Id }
  },
)

export const getRoute: Action = action(v.object({ Id: v.string() }), ({ Id }, apig, call) => ({
  Route: describeRoute(apig, apig.routes.get(Id, call.region)),
}))

export const listRoutes: Action = action(
  v.object({
    ...pageFields,
    GatewayId: optionalString,
    ServiceId: optionalString,
    UpstreamId: optionalString,
    UpstreamVersion: optionalString,
    ResourceType: optionalString,
    Filter: v.optional(
      v.object({ Name: optionalString, Path: optionalString, UpstreamIds: v.optional(v.array(v.string())) }),
      {},
    ),
  }),
  ({ GatewayId, ServiceId, UpstreamId, UpstreamVersion, ResourceType, Filter, ...page }, apig, call) => {
    const { Name, Path, UpstreamIds } = Filter
    const leadsTo = ({ UpstreamList }: Route, ids: readonly string[]) =>
      UpstreamList.some((upstream) => ids.includes(upstream.UpstreamId))
    const matchesFilter = (route: Route) =>
      (!GatewayId || apig.services.find(route.ServiceId, route.region)?.GatewayId === GatewayId) &&
      (!ServiceId || route.ServiceId === ServiceId) &&
      (!UpstreamId || leadsTo(route, [UpstreamId])) &&
      !UpstreamVersion &&
      (!ResourceType || ResourceType === resourceType) &&
      (!Name || nameMatches(route.Name, Name)) &&
      (!Path || nameMatches(route.MatchRule.Path.MatchContent, Path)) &&
      (!UpstreamIds?.length || leadsTo(route, UpstreamIds))
    const routes = apig.routes.listed(call.region).filter(matchesFilter)
    return pageOf(routes, page, (route) => describeRoute(apig, route))
  },
)

/** Replaces all settings: a setting that the call omits is removed. */
export const updateRoute: Action = action(v.object({ ...routeSettings, Id: v.string() }), (input, apig, call) => {
  const { Id, ...settings } = input
  const route = apig.routes.get(Id, call.region)
  const service = apig.services.get(route.ServiceId, call.region)
  checkSettings(settings, service, apig, call)
  const { region, ServiceId, CreateTime } = route
  apig.routes.put({
    Id,
    region,
    ServiceId,
    CreateTime,
    ...settings,
    UpdateTime: timestamp(apig.clock.now()),
    published: [...route.published, publishedRoute(apig, service, Id, settings)],
  })
  return { Id }
})

export const deleteRoute: Action = action(v.object({ Id: v.string() }), ({ Id }, apig, call) => {
  const route = apig.routes.get(Id, call.region)
  const bindings = apig.pluginBindings.all().filter(({ Target }) => Target === Id)
  mustBeUnused('route', Id, bindings, 'plugin binding')
  apig.routes.remove(route)
  return {}
})

export const checkRouteExist: Action = action(
  v.object({ ServiceId: v.string(), Name: v.string() }),
  ({ ServiceId, Name }, apig, call) => {
    const matches = (route: Route) => route.ServiceId === ServiceId && route.Name === Name
    return existenceOf(apig.routes.listed(call.region).find(matches))
  },
)

/** The settings in the form of the proxy, and the time from which requests follow them. */
function publishedRoute(apig: Apig, service: GatewayService, routeId: string, settings: RouteSettings) {
  const route = settings.Enable ? proxyRoute(apig, service, routeId, settings) : undefined
  return { at: apig.clock.now() + apig.delays.routeSeconds * 1000, route }
}

/** @throws ApiError for settings that routes of this service cannot have */
function checkSettings(settings: RouteSettings, service: GatewayService, apig: Apig, call: ApiCall): void {
  if (settings.Priority !== undefined && !acceptedPriorities.includes(settings.Priority)) {
    throw notInWhitelist('custom priorities of routes')
  }
  refuseNotEmulated(settings)
  for (const { UpstreamId } of settings.UpstreamList) {
    if (apig.upstreams.find(UpstreamId, call.region)?.GatewayId !== service.GatewayId) {
      throw resourceNotFound('upstream', UpstreamId)
    }
  }
}
