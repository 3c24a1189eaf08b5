import { listAll } from '../cloud/pages.ts'
import type { FoundGateway, RouteItem } from '../observe/gateways.ts'
import type { FunctionSpec, RouteSpec } from '../service.ts'
import { hasAll, isSame } from './compare.ts'
import { createOnce } from './create-once.ts'
import { GATEWAY_SERVICE } from './gateway.ts'
import { type Ids, PlanError, type Step } from './step.ts'

/**
 * Routes requests to a function.
 * @throws {PlanError} if the route belongs to somebody else
 */
export function routeStep({ key }: FunctionSpec, spec: RouteSpec, found: FoundGateway | undefined, ids: Ids): Step {
  const step = { resource: 'route', name: spec.name }
  const ServiceId = ids.find('gateway service', GATEWAY_SERVICE)
  const named = found?.routes.filter((one) => one.Name === spec.name && one.ServiceId === ServiceId) ?? []
  const route = named.find(({ isOurs }) => isOurs) ?? named[0]
  const bodyFor = (UpstreamId: string) => ({
    Name: spec.name,
    Enable: true, // some tools treat off as the default
    MatchRule: spec.MatchRule,
    UpstreamList: [{ UpstreamId, Weight: 100 }],
    AdvancedSetting: spec.AdvancedSetting,
  })
  if (route !== undefined) {
    if (!route.isOurs) {
      throw new PlanError(
        `route ${spec.name} exists in gateway ${found?.name}, but this service has not created it: delete that route, or change the key of the function`,
      )
    }
    ids.set('route', spec.name, route.Id)
    const details = differences(spec, route, ids.find('upstream', key))
    if (details.length === 0) return { ...step, verb: 'leave', details }
    return {
      ...step,
      verb: 'update',
      details,
      run: async ({ client, ids: known }) => {
        await client.call('apig', 'UpdateRoute', { Id: route.Id, ...bodyFor(known.get('upstream', key)) })
      },
    }
  }
  return {
    ...step,
    verb: 'create',
    details: [describeRoute(spec)],
    run: async (context) => {
      const { client } = context
      const service = { ServiceId: context.ids.get('gateway service', GATEWAY_SERVICE) }
      const upstreamId = context.ids.get('upstream', key)
      const body = { ...service, ...bodyFor(upstreamId) }
      await createOnce(context, {
        create: async () => (await client.call<{ Id: string }>('apig', 'CreateRoute', body)).Id,
        find: async () => {
          const all = await listAll<RouteItem>(client, 'apig', 'ListRoutes', service)
          // Somebody else may have a route of the same name.
          const isOurs = ({ UpstreamList }: RouteItem) =>
            UpstreamList?.some(({ UpstreamId }) => UpstreamId === upstreamId)
          return all.filter((one) => one.Name === spec.name && isOurs(one)).map(({ Id }) => Id)
        },
        remove: (Id) => client.call('apig', 'DeleteRoute', { Id }),
      })
    },
  }
}

function differences(spec: RouteSpec, found: RouteItem, upstreamId: string | undefined): string[] {
  const details: string[] = []
  if (!isSame(spec.MatchRule, found.MatchRule)) details.push(`matches ${describeRoute(spec)}`)
  if (!hasAll(found.AdvancedSetting, spec.AdvancedSetting) || hasExtraCors(spec, found)) details.push('settings')
  const [upstream, ...others] = found.UpstreamList ?? []
  const leadsToUpstream = upstreamId !== undefined && upstream?.UpstreamId === upstreamId && others.length === 0
  if (!leadsToUpstream) details.push('leads to another function')
  if (found.Enable !== true) details.push('is off')
  return details
}

/** Whether the route has a CORS policy that serverless.yml does not have. */
function hasExtraCors({ AdvancedSetting }: RouteSpec, found: RouteItem): boolean {
  return AdvancedSetting.CorsPolicySetting === undefined && found.AdvancedSetting?.CorsPolicySetting?.Enable === true
}

/** For example, `GET /?Action=Hello&Version=2020-04-01`. */
function describeRoute({ MatchRule }: Pick<RouteSpec, 'MatchRule'>): string {
  const { Path, Method, QueryString = [] } = MatchRule
  const path = Path.MatchType === 'Exact' ? Path.MatchContent : `${Path.MatchType} ${Path.MatchContent}`
  const query = QueryString.map(({ Key, Value }) => `${Key}=${Value.MatchContent}`).join('&')
  return `${Method ? `${Method.join(', ')} ` : ''}${path}${query ? `?${query}` : ''}`
}
