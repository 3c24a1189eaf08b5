import * as v from 'valibot'
import { timestamp } from '../openapi/envelope.ts'
import type { Call } from '../openapi/gateway.ts'
import { type Action, type Apig, action, admitCreation, born, find } from './action.ts'
import {
  mustBeNew,
  mustBeReleased,
  mustBeRunning,
  mustBeServerless,
  mustBeUnused,
  nameMatches,
  notInWhitelist,
  withoutTags,
} from './assumptions.ts'
import { missingParameter, notEmulated } from './errors.ts'
import { comments, name, pageOf, paging, resourceType, tags, text } from './fields.ts'
import { gatewayOf } from './gateways.ts'
import type { Resource } from './resources.ts'

const sourceTypes = ['VeFaas', 'ECS', 'K8S', 'Nacos', 'Domain', 'FixedIP', 'AIProvider', 'Internal'] as const

const upstreamSpec = v.object({ VeFaas: v.optional(v.object({ FunctionId: v.string() })) })

const settings = {
  Name: name(63),
  SourceType: v.picklist(sourceTypes, `it has to be one of ${sourceTypes.join(', ')}`),
  UpstreamSpec: upstreamSpec,
  Protocol: v.optional(v.picklist(['HTTP', 'HTTP2', 'GRPC'], 'it has to be HTTP, HTTP2 or GRPC'), 'HTTP'),
  Comments: comments,
  // Accepted and shown, of no effect here: one upstream is one function.
  LoadBalancerSettings: v.optional(v.looseObject({})),
  CircuitBreakingSettings: v.optional(v.looseObject({})),
  ConnectionPoolSettings: v.optional(v.looseObject({})),
  TlsSettings: v.optional(v.looseObject({})),
}

type Settings = v.InferOutput<ReturnType<typeof v.object<typeof settings, undefined>>>

/** An upstream: a function that routes may lead to. */
export interface Upstream extends Resource, Omit<Settings, 'UpstreamSpec'> {
  GatewayId: string
  UpstreamSpec: { VeFaas: { FunctionId: string } }
  ResourceType: 'Console' | 'Ingress'
  Tags: { Key: string; Value: string }[]
  CreateTime: string
  UpdateTime: string
}

export const createUpstream: Action = action(
  v.object({ ...settings, GatewayId: v.string(), ResourceType: resourceType, Tags: tags(10) }),
  ({ Tags = [], ...input }, apig, call) => {
    const gateway = gatewayOf(apig, input.GatewayId, call)
    mustBeRunning('gateway', gateway)
    const UpstreamSpec = specOf(apig, input)
    mustBeServerless(gateway)
    const present = apig.upstreams.all().filter(({ GatewayId }) => GatewayId === gateway.Id)
    const isSame = ({ Name }: Upstream) => Name === input.Name
    mustBeNew('upstream', input.Name, present.filter(isSame))
    admitCreation(apig, call, 'upstreams of a gateway', present, apig.quotas.upstreamsPerGateway)
    const birth = born(apig, call, 'u')
    const upstream: Upstream = { ...birth, UpdateTime: birth.CreateTime, ...input, UpstreamSpec, Tags }
    apig.upstreams.put(upstream)
    return { Id: upstream.Id }
  },
)

export const getUpstream: Action = action(v.object({ Id: v.string() }), ({ Id }, apig, call) => ({
  Upstream: withoutTags(describeUpstream(upstreamOf(apig, Id, call))),
}))

export const listUpstreams: Action = action(
  v.object({
    ...paging,
    GatewayId: text,
    SourceType: text,
    ResourceType: text,
    Filter: v.optional(v.object({ Ids: v.optional(v.array(v.string())), Name: text }), {}),
  }),
  ({ GatewayId, SourceType, ResourceType, Filter, ...paging }, apig, call) => {
    const wanted = (upstream: Upstream) =>
      (!GatewayId || upstream.GatewayId === GatewayId) &&
      (!SourceType || upstream.SourceType === SourceType) &&
      (!ResourceType || upstream.ResourceType === ResourceType) &&
      (!Filter.Ids?.length || Filter.Ids.includes(upstream.Id)) &&
      (!Filter.Name || nameMatches(upstream.Name, Filter.Name))
    return pageOf(apig.upstreams.listed(call.region).filter(wanted).map(describeUpstream), paging)
  },
)

/** What the call does not name is no longer set. */
export const updateUpstream: Action = action(v.object({ ...settings, Id: v.string() }), (input, apig, call) => {
  const upstream = upstreamOf(apig, input.Id, call)
  const UpstreamSpec = specOf(apig, input)
  const isTaken = (other: Upstream) =>
    other !== upstream && other.GatewayId === upstream.GatewayId && other.Name === input.Name
  mustBeNew('upstream', input.Name, apig.upstreams.all().filter(isTaken))
  const { Id, region, GatewayId, ResourceType, Tags, CreateTime } = upstream
  apig.upstreams.put({
    ...{ Id, region, GatewayId, ResourceType, Tags, CreateTime },
    ...input,
    UpstreamSpec,
    UpdateTime: timestamp(apig.clock.now()),
  })
  return { Id }
})

export const deleteUpstream: Action = action(v.object({ Id: v.string() }), ({ Id }, apig, call) => {
  const upstream = upstreamOf(apig, Id, call)
  const users = apig.routes.all().filter(({ UpstreamList }) => UpstreamList.some(({ UpstreamId }) => UpstreamId === Id))
  mustBeUnused('upstream', Id, users, 'route')
  apig.upstreams.remove(upstream)
  return {}
})

export const checkUpstreamExist: Action = action(
  v.object({ GatewayId: v.string(), Name: v.string() }),
  ({ GatewayId, Name }, apig, call) => {
    const isIt = (upstream: Upstream) => upstream.GatewayId === GatewayId && upstream.Name === Name
    return existence(apig.upstreams.listed(call.region).find(isIt))
  },
)

/** Whether there is an upstream of the same function. */
export const checkUpstreamSpecExist: Action = action(
  v.object({ GatewayId: v.string(), UpstreamSpec: upstreamSpec }),
  ({ GatewayId, UpstreamSpec }, apig, call) => {
    const isIt = (upstream: Upstream) =>
      upstream.GatewayId === GatewayId && upstream.UpstreamSpec.VeFaas.FunctionId === UpstreamSpec.VeFaas?.FunctionId
    return existence(apig.upstreams.listed(call.region).find(isIt))
  },
)

/** @throws ApiError 404 ResourceNotFound */
export function upstreamOf(apig: Apig, id: string, call: Call): Upstream {
  return find(apig.upstreams, 'upstream', id, call)
}

/** An upstream as ListUpstreams shows it. */
export function describeUpstream({ region, hiddenUntil, Status, next, ...upstream }: Upstream) {
  return { ...upstream, Comments: upstream.Comments ?? '', BackendTargetList: [], VersionDetails: [] }
}

/** @throws ApiError for a source that is no function of veFaaS, or a function that cannot be bound */
function specOf(apig: Apig, { SourceType, UpstreamSpec }: Pick<Settings, 'SourceType' | 'UpstreamSpec'>) {
  if (SourceType === 'Domain') throw notInWhitelist('upstreams of type Domain')
  if (SourceType !== 'VeFaas') throw notEmulated(`SourceType ${SourceType}`)
  const { VeFaas } = UpstreamSpec
  if (!VeFaas) throw missingParameter('UpstreamSpec.VeFaas')
  mustBeReleased(VeFaas.FunctionId, apig.functions)
  return { VeFaas }
}

function existence(upstream: Upstream | undefined): object {
  return upstream ? { Exist: true, Id: upstream.Id } : { Exist: false }
}
