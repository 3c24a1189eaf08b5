import { listAll } from '../cloud/pages.ts'
import type { FoundGateway, UpstreamItem } from '../observe/gateways.ts'
import { hasOwnerComment, type OwnerMark, withOwnerComment } from '../owner-mark.ts'
import type { FunctionSpec } from '../service.ts'
import { createOnce } from './create-once.ts'
import { GATEWAY } from './gateway.ts'
import { type Ids, PlanError, type Step } from './step.ts'

/**
 * Makes a function a target of the gateway. The function must have been released before.
 * @throws {PlanError} if the upstream belongs to somebody else
 */
export function upstreamStep(mark: OwnerMark, spec: FunctionSpec, found: FoundGateway | undefined, ids: Ids): Step {
  const step = { resource: 'upstream', name: spec.upstream }
  const upstream = found?.upstreams.find(({ Name }) => Name === spec.upstream)
  const bodyFor = (FunctionId: string) => ({
    Name: spec.upstream,
    SourceType: 'VeFaas',
    Protocol: 'HTTP',
    UpstreamSpec: { VeFaas: { FunctionId } },
    Comments: withOwnerComment(mark),
  })
  if (upstream !== undefined) {
    if (!upstream.isOurs) {
      throw new PlanError(
        `upstream ${spec.upstream} exists in gateway ${found?.name}, but this service has not created it: change the key of the function, or delete that upstream`,
      )
    }
    ids.set('upstream', spec.key, upstream.Id)
    const FunctionId = ids.find('function', spec.key)
    if (FunctionId !== undefined && upstream.UpstreamSpec?.VeFaas?.FunctionId === FunctionId) {
      return { ...step, verb: 'leave', details: [] }
    }
    return {
      ...step,
      verb: 'update',
      details: ['leads to the new function'],
      run: async ({ client, ids: known }) => {
        await client.call('apig', 'UpdateUpstream', { Id: upstream.Id, ...bodyFor(known.get('function', spec.key)) })
      },
    }
  }
  return {
    ...step,
    verb: 'create',
    details: [],
    run: async (context) => {
      const { client } = context
      const GatewayId = context.ids.get('gateway', GATEWAY)
      const body = { GatewayId, ...bodyFor(context.ids.get('function', spec.key)) }
      const { id } = await createOnce(context, {
        create: async () => (await client.call<{ Id: string }>('apig', 'CreateUpstream', body)).Id,
        find: async () => {
          const all = await listAll<UpstreamItem>(client, 'apig', 'ListUpstreams', { GatewayId })
          const isWanted = ({ Name, Comments }: UpstreamItem) =>
            Name === spec.upstream && hasOwnerComment(mark, Comments)
          return all.filter(isWanted).map(({ Id }) => Id)
        },
      })
      context.ids.set('upstream', spec.key, id)
    },
  }
}
