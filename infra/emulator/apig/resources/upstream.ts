import * as v from 'valibot'
import { comments, resourceName } from '../fields.ts'
import type { Resource } from './resource.ts'

const sourceTypes = ['VeFaas', 'ECS', 'K8S', 'Nacos', 'Domain', 'FixedIP', 'AIProvider', 'Internal'] as const

const upstreamSpec = v.object({ VeFaas: v.optional(v.object({ FunctionId: v.string() })) })

/** The parameters of CreateUpstream and UpdateUpstream. UpdateUpstream replaces all of them. */
export const upstreamSettings = {
  Name: resourceName(63),
  SourceType: v.picklist(sourceTypes, `it must be one of ${sourceTypes.join(', ')}`),
  UpstreamSpec: upstreamSpec,
  Protocol: v.optional(v.picklist(['HTTP', 'HTTP2', 'GRPC'], 'it must be HTTP, HTTP2 or GRPC'), 'HTTP'),
  Comments: comments,
  // Stored and shown, but without effect: an upstream is a single function.
  LoadBalancerSettings: v.optional(v.looseObject({})),
  CircuitBreakingSettings: v.optional(v.looseObject({})),
  ConnectionPoolSettings: v.optional(v.looseObject({})),
  TlsSettings: v.optional(v.looseObject({})),
}

export type UpstreamSettings = v.InferOutput<ReturnType<typeof v.object<typeof upstreamSettings, undefined>>>

/** A function that routes can forward requests to. */
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
