import { type Apig, settle } from './action.ts'
import type { ProxyService } from './proxy/index.ts'
import { routeInForce } from './resources/route.ts'

/** A gateway service in the form that the proxy needs; undefined if it does not exist. */
export function proxyServiceOf(apig: Apig, serviceId: string): ProxyService | undefined {
  settle(apig)
  const service = apig.services.all().find(({ Id }) => Id === serviceId)
  if (!service) return undefined
  const { Name, Status, region } = service
  const message = `The gateway service ${Name} is ${Status}, not Running.`
  const now = apig.clock.now()
  const routes = apig.routes.all().filter((route) => route.ServiceId === serviceId)
  return {
    api: { service: 'apig', region },
    refusal: Status === 'Running' ? undefined : { status: 503, code: 'ServiceUnavailable', message },
    routes: routes.flatMap((route) => routeInForce(route, now) ?? []),
  }
}
