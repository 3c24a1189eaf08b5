import { type Apig, settle } from './action.ts'
import { defaultTimeoutSeconds } from './assumptions.ts'
import type { Serving } from './data-plane.ts'
import type { Route as ProxyRoute } from './proxy/index.ts'
import type { MatchRule } from './proxy/match.ts'
import type { Route } from './routes.ts'

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
    routes: apig.routes
      .all()
      .filter(({ ServiceId, Enable }) => ServiceId === serviceId && Enable)
      .map((route) => proxyRoute(apig, route)),
  }
}

function proxyRoute(apig: Apig, { Name, MatchRule, UpstreamList, AdvancedSetting, region }: Route): ProxyRoute {
  const { TimeoutSetting } = AdvancedSetting ?? {}
  const { Enable, Timeout } = TimeoutSetting ?? {}
  return {
    name: Name,
    matchRule: matchRuleOf(MatchRule),
    timeoutSeconds: Enable && Timeout !== undefined ? Timeout : defaultTimeoutSeconds,
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

function matchRuleOf({ Path, Method, Header = [], QueryString = [] }: Route['MatchRule']): MatchRule {
  const string = ({ MatchType, MatchContent }: Route['MatchRule']['Path']) => ({
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
function pick(upstreams: Route['UpstreamList']): string {
  let left = Math.random() * upstreams.reduce((sum, { Weight }) => sum + Weight, 0)
  for (const { UpstreamId, Weight } of upstreams) {
    if (left < Weight) return UpstreamId
    left -= Weight
  }
  return ''
}
