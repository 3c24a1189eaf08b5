import * as v from 'valibot'
import { timestamp } from '../gateway/envelope.ts'
import { pageOf } from '../gateway/pages.ts'
import { missingParameter } from '../gateway/service-errors.ts'
import { type Action, type Apig, action } from './action.ts'
import {
  mustBeNew,
  mustBeReleased,
  mustBeRunning,
  mustBeServerless,
  mustBeUnused,
  nameMatches,
  notInWhitelist,
  resourceType,
} from './assumptions.ts'
import { notEmulated } from './errors.ts'
import { existenceOf } from './existence.ts'
import { optionalString, pageFields } from './fields.ts'
import { admitCreation, newResource } from './new-resource.ts'
import { describeUpstream, type Upstream, type UpstreamSettings, upstreamSettings } from './resources/upstream.ts'

export const createUpstream: Action = action(
  v.object({ ...upstreamSettings, GatewayId: v.string() }),
  (input, apig, call) => {
    const gateway = apig.gateways.get(input.GatewayId, call.region)
    mustBeRunning('gateway', gateway)
    const UpstreamSpec = specOf(apig, input)
    mustBeServerless(gateway)
    const present = apig.upstreams.all().filter(({ GatewayId }) => GatewayId === gateway.Id)
    const isSame = ({ Name }: Upstream) => Name === input.Name
    mustBeNew('upstream', input.Name, present.filter(isSame))
    admitCreation(apig, call, 'upstreams of a gateway', present, apig.quotas.upstreamsPerGateway)
    const base = newResource(apig, call, 'u')
    const upstream: Upstream = { ...base, UpdateTime: base.CreateTime, ...input, UpstreamSpec }
    apig.upstreams.put(upstream)
    return { Id: upstream.Id }
  },
)

export const getUpstream: Action = action(v.object({ Id: v.string() }), ({ Id }, apig, call) => ({
  Upstream: describeUpstream(apig.upstreams.get(Id, call.region)),
}))

export const listUpstreams: Action = action(
  v.object({
    ...pageFields,
    GatewayId: optionalString,
    SourceType: optionalString,
    ResourceType: optionalString,
    Filter: v.optional(v.object({ Ids: v.optional(v.array(v.string())), Name: optionalString }), {}),
  }),
  ({ GatewayId, SourceType, ResourceType, Filter, ...page }, apig, call) => {
    const matchesFilter = (upstream: Upstream) =>
      (!GatewayId || upstream.GatewayId === GatewayId) &&
      (!SourceType || upstream.SourceType === SourceType) &&
      (!ResourceType || ResourceType === resourceType) &&
      (!Filter.Ids?.length || Filter.Ids.includes(upstream.Id)) &&
      (!Filter.Name || nameMatches(upstream.Name, Filter.Name))
    return pageOf(apig.upstreams.listed(call.region).filter(matchesFilter), page, describeUpstream)
  },
)

/** Replaces all settings: a setting that the call omits is removed. */
export const updateUpstream: Action = action(v.object({ ...upstreamSettings, Id: v.string() }), (input, apig, call) => {
  const { Id, ...settings } = input
  const upstream = apig.upstreams.get(Id, call.region)
  const UpstreamSpec = specOf(apig, settings)
  const isTaken = (other: Upstream) =>
    other !== upstream && other.GatewayId === upstream.GatewayId && other.Name === settings.Name
  mustBeNew('upstream', settings.Name, apig.upstreams.all().filter(isTaken))
  const { region, GatewayId, CreateTime } = upstream
  apig.upstreams.put({
    Id,
    region,
    GatewayId,
    CreateTime,
    ...settings,
    UpstreamSpec,
    UpdateTime: timestamp(apig.clock.now()),
  })
  return { Id }
})

export const deleteUpstream: Action = action(v.object({ Id: v.string() }), ({ Id }, apig, call) => {
  const upstream = apig.upstreams.get(Id, call.region)
  const users = apig.routes.all().filter(({ UpstreamList }) => UpstreamList.some(({ UpstreamId }) => UpstreamId === Id))
  mustBeUnused('upstream', Id, users, 'route')
  apig.upstreams.remove(upstream)
  return {}
})

export const checkUpstreamExist: Action = action(
  v.object({ GatewayId: v.string(), Name: v.string() }),
  ({ GatewayId, Name }, apig, call) => {
    const matches = (upstream: Upstream) => upstream.GatewayId === GatewayId && upstream.Name === Name
    return existenceOf(apig.upstreams.listed(call.region).find(matches))
  },
)

/** Whether an upstream of the same function exists. */
export const checkUpstreamSpecExist: Action = action(
  v.object({ GatewayId: v.string(), UpstreamSpec: upstreamSettings.UpstreamSpec }),
  ({ GatewayId, UpstreamSpec }, apig, call) => {
    const matches = (upstream: Upstream) =>
      upstream.GatewayId === GatewayId && upstream.UpstreamSpec.VeFaas.FunctionId === UpstreamSpec.VeFaas?.FunctionId
    return existenceOf(apig.upstreams.listed(call.region).find(matches))
  },
)

/** @throws ApiError for a source that is not a function of veFaaS, or a function that cannot be bound */
function specOf(apig: Apig, { SourceType, UpstreamSpec }: Pick<UpstreamSettings, 'SourceType' | 'UpstreamSpec'>) {
  if (SourceType === 'Domain') throw notInWhitelist('upstreams of type Domain')
  if (SourceType !== 'VeFaas') throw notEmulated(`SourceType ${SourceType}`)
  const { VeFaas } = UpstreamSpec
  if (!VeFaas) throw missingParameter('UpstreamSpec.VeFaas')
  mustBeReleased(VeFaas.FunctionId, apig.functions)
  return { VeFaas }
}
