import { type Apig, settle } from './action.ts'
import { defaultTimeoutSeconds } from './assumptions.ts'
import { consumerOfKey } from './credentials.ts'
import type { Serving } from './data-plane.ts'
import type { GatewayService } from './gateway-services.ts'
import { bindingsTo, keyAuthOf } from './plugin-bindings.ts'
import { pluginAt } from './plugins.ts'
import type { CorsPolicy } from './proxy/cors.ts'
import type { HeaderOperation } from './proxy/header-operations.ts'
import type { Route as ProxyRoute } from './proxy/index.ts'
import type { KeyAuth } from './proxy/key-auth.ts'
import type { MatchRule } from './proxy/match.ts'
import type {
  CorsPolicy as RouteCorsPolicy,
  HeaderOperation as RouteHeaderOperation,
  RouteSettings,
} from './route-settings.ts'
import { settingsInForce } from './routes.ts'

/** What a service answers with at this moment; undefined when there is no such service. */
export function serving(apig: Apig, serviceId: string): Serving | undefined {
  settle(apig)
  const service = apig.services.all().find(({ Id }) => Id === serviceId)
  if (!service) return undefined
  const { region, Status } = service
  const message = `The gateway service ${service.Name} is ${Status}, not Running.`
  return {
    region,
    refusal: Status === 'Running' ? undefined : { status: 503, code: 'ServiceUnavailable', message },
    routes: () => routesOf(apig, service),
  }
}

function routesOf(apig: Apig, service: GatewayService): ProxyRoute[] {
  return apig.routes
    .all()
    .filter(({ ServiceId }) => ServiceId === service.Id)
    .flatMap((route) => {
      const settings = settingsInForce(apig, route)
      return settings?.Enable ? [proxyRoute(apig, service, route.Id, settings)] : []
    })
}

function proxyRoute(apig: Apig, service: GatewayService, routeId: string, settings: RouteSettings): ProxyRoute {
  const { Name, MatchRule, UpstreamList, AdvancedSetting } = settings
  const { GatewayId, region } = service
  const { TimeoutSetting, CorsPolicySetting, HeaderOperations = [] } = AdvancedSetting ?? {}
  const { Enable, Timeout } = TimeoutSetting ?? {}
  return {
    name: Name,
    matchRule: matchRuleOf(MatchRule),
    timeoutSeconds: Enable && Timeout !== undefined ? Timeout : defaultTimeoutSeconds,
    keyAuth: keyAuthRules(apig, GatewayId, [GatewayId, service.Id, routeId]),
    cors: CorsPolicySetting?.Enable ? corsPolicy(CorsPolicySetting) : undefined,
    requestHeaders: operationsOn('request', HeaderOperations),
    responseHeaders: operationsOn('response', HeaderOperations),
    upstream: async (request) => {
      const upstream = apig.upstreams.get(pick(UpstreamList), region)
      const functionId = upstream?.UpstreamSpec.VeFaas.FunctionId
      if (functionId === undefined || !apig.functions.hasReleased(functionId)) {
        throw new Error(`The function behind the route ${Name} is gone.`)
      }
      return apig.functions.invoke(functionId, request)
    },
  }
}

/** What the enabled bindings of wasm-key-auth to these demand; nothing while the plugin is off on the gateway. */
function keyAuthRules(apig: Apig, gatewayId: string, targets: readonly string[]): KeyAuth[] {
  if (!pluginAt(apig, gatewayId, 'wasm-key-auth')?.Enable) return []
  return bindingsTo(apig, ...targets).flatMap(({ Enable, PluginName, PluginConfig }) => {
    const config = Enable ? keyAuthOf(PluginName, PluginConfig) : undefined
    if (!config) return []
    return {
      headers: config.KeySources.map(({ Header }) => Header),
      allowed: config.AllowedConsumers,
      consumerOf: (key) => consumerOfKey(apig, gatewayId, key),
    }
  })
}

/** Nothing is allowed that the policy does not name. */
function corsPolicy(policy: RouteCorsPolicy): CorsPolicy {
  return {
    allowOrigins: (policy.AllowOrigins ?? []).map(({ MatchType, Value }) => ({
      matchType: MatchType,
      matchContent: Value,
    })),
    allowMethods: policy.AllowMethods ?? [],
    allowHeaders: policy.AllowHeaders ?? [],
    exposeHeaders: policy.ExposeHeaders ?? [],
    allowCredentials: policy.AllowCredentials ?? false,
    maxAge: policy.MaxAge,
  }
}

/** An operation is one on requests unless it says otherwise. */
function operationsOn(
  direction: 'request' | 'response',
  operations: readonly RouteHeaderOperation[],
): HeaderOperation[] {
  return operations
    .filter(({ DirectionType = 'request' }) => DirectionType === direction)
    .map(({ Operation, Key, Value = '' }) => ({ operation: Operation, key: Key, value: Value }))
}

function matchRuleOf({ Path, Method, Header = [], QueryString = [] }: RouteSettings['MatchRule']): MatchRule {
  const string = ({ MatchType, MatchContent }: RouteSettings['MatchRule']['Path']) => ({
    matchType: MatchType,
    matchContent: MatchContent,
  })
  const keys = (matches: typeof Header) => matches.map(({ Key, Value }) => ({ key: Key, value: string(Value) }))
  return {
    path: string(Path),
    ...(Method && Method.length > 0 && { method: Method }),
    header: keys(Header),
    queryString: keys(QueryString),
  }
}

/** One of the upstreams, as often as its weight says; none when they have no weight. */
function pick(upstreams: RouteSettings['UpstreamList']): string {
  let left = Math.random() * upstreams.reduce((sum, { Weight }) => sum + Weight, 0)
  for (const { UpstreamId, Weight } of upstreams) {
    if (left < Weight) return UpstreamId
    left -= Weight
  }
  return ''
}
