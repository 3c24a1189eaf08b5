import * as v from 'valibot'
import { comments, name } from '../fields.ts'
import type { Resource } from './resource.ts'

const sourceTypes = ['VeFaas', 'ECS', 'K8S', 'Nacos', 'Domain', 'FixedIP', 'AIProvider', 'Internal'] as const

const upstreamSpec = v.object({ VeFaas: v.optional(v.object({ FunctionId: v.string() })) })

/** What CreateUpstream and UpdateUpstream say of an upstream; UpdateUpstream replaces all of it. */
export const upstreamSettings = {
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

export type UpstreamSettings = v.InferOutput<ReturnType<typeof v.object<typeof upstreamSettings, undefined>>>

/** An upstream: a function that routes may lead to. */
export interface Upstream extends Resource, Omit<UpstreamSettings, 'UpstreamSpec'> {
  GatewayId: string
  UpstreamSpec: { VeFaas: { FunctionId: string } }
  CreateTime: string
  UpdateTime: string
}

/** An upstream as GetUpstream and ListUpstreams show it. */
export function describeUpstream({ region, hiddenUntil, Status, next, ...upstream }: Upstream) {
  return { ...upstream, Comments: upstream.Comments ?? '', BackendTargetList: [], VersionDetails: [] }
}
