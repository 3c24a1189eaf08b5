import type { Apig } from './action.ts'
import { defaultTimeoutSeconds } from './assumptions.ts'
import { keyAuthRules } from './key-auth-rules.ts'
import type { CorsPolicy } from './proxy/cors.ts'
import type { HeaderOperation } from './proxy/header-operations.ts'
import type { ProxyRoute } from './proxy/index.ts'
import type { MatchRule } from './proxy/match.ts'
import type { GatewayService } from './resources/gateway-service.ts'
import type { RouteCorsPolicy, RouteHeaderOperation, RouteSettings } from './resources/route-settings.ts'

/** A route of a service in the form that the proxy needs. Its upstreams and keys are looked up at each request. */
export function proxyRoute(apig: Apig, service: GatewayService, routeId: string, settings: RouteSettings): ProxyRoute {
  const { Name, MatchRule, UpstreamList, AdvancedSetting } = settings
  const { GatewayId, region } = service
  const { TimeoutSetting, CorsPolicySetting, HeaderOperations = [] } = AdvancedSetting ?? {}
  const { Enable, Timeout } = TimeoutSetting ?? {}
  return {
    name: Name,
    matchRule: matchRuleOf(MatchRule),
    timeoutSeconds: Enable && Timeout !== undefined ? Timeout : defaultTimeoutSeconds,
    keyAuth: () => keyAuthRules(apig, GatewayId, [GatewayId, service.Id, routeId]),
    cors: CorsPolicySetting?.Enable ? corsPolicy(CorsPolicySetting) : undefined,
    requestHeaders: operationsOn('request', HeaderOperations),
    responseHeaders: operationsOn('response', HeaderOperations),
    upstream: async (request) => {
      const upstream = apig.upstreams.find(pickUpstream(UpstreamList), region)
      const functionId = upstream?.UpstreamSpec.VeFaas.FunctionId
      if (functionId === undefined || !apig.functions.hasReleased(functionId)) {
        throw new Error(`The function behind the route ${Name} does not exist.`)
      }
      return apig.functions.invoke(functionId, request)
    },
  }
}

/** A part that the policy does not contain allows nothing. */
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

/** An operation without DirectionType applies to requests. */
function operationsOn(
  direction: 'request' | 'response',
  operations: readonly RouteHeaderOperation[],
): HeaderOperation[] {
  return operations
    .filter(({ DirectionType = 'request' }) => DirectionType === direction)
    .map(({ Operation, Key, Value = '' }) => ({ operation: Operation, key: Key, value: Value }))
}

function matchRuleOf({ Path, Method, Header = [], QueryString = [] }: RouteSettings['MatchRule']): MatchRule {
  const stringMatch = ({ MatchType, MatchContent }: RouteSettings['MatchRule']['Path']) => ({
    matchType: MatchType,
    matchContent: MatchContent,
  })
  const keyMatches = (matches: typeof Header) =>
    matches.map(({ Key, Value }) => ({ key: Key, value: stringMatch(Value) }))
  return {
    path: stringMatch(Path),
    ...(Method && Method.length > 0 && { method: Method }),
    header: keyMatches(Header),
    queryString: keyMatches(QueryString),
  }
}

/** The id of a random upstream, by weight; empty if the total weight is 0. */
function pickUpstream(upstreams: RouteSettings['UpstreamList']): string {
  let left = Math.random() * upstreams.reduce((sum, { Weight }) => sum + Weight, 0)
  for (const { UpstreamId, Weight } of upstreams) {
    if (left < Weight) return UpstreamId
    left -= Weight
  }
  return ''
}
