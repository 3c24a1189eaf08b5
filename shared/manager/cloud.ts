import * as v from 'valibot'
import type { Config } from '../config/schema.ts'
import type { EcsClient, Invocation } from './ecs/client.ts'
import type { Param } from './ecs/flatten.ts'
import { Instance } from './sandbox.ts'

/** What the manager has to know of the invocation that it works for. */
export interface Call extends Invocation {
  config: Config
  /** The request id that the caller sent; absent when the pipeline had to make one. */
  callerRequestId?: string
}

type Params = { readonly [key: string]: Param }

/** The actions of ECS that the manager uses, each with what it reads of the answer. All throw `CloudError`. */
export interface Cloud {
  runInstances(params: Params & { ClientToken: string }): Promise<{ InstanceIds: string[] }>
  describeInstances(params: Params): Promise<v.InferOutput<typeof InstancePage>>
  /** The instance with this id, sandbox or not; undefined when there is none. */
  describeInstance(instanceId: string): Promise<Instance | undefined>
  deleteInstance(instanceId: string): Promise<unknown>
  tagInstance(instanceId: string, tag: { Key: string; Value: string }): Promise<unknown>
  /** @param keys 1 to 20 */
  untagInstance(instanceId: string, keys: readonly string[]): Promise<unknown>
  /** The address of the machine's console for a browser, `wss://...`. */
  terminalUrl(instanceId: string): Promise<string>
}

const InstancePage = v.object({
  Instances: v.nullish(v.array(Instance), () => []),
  NextToken: v.nullish(v.string()),
  TotalCount: v.nullish(v.number()),
})

const RunInstancesResult = v.object({ InstanceIds: v.pipe(v.array(v.string()), v.minLength(1)) })
const TerminalUrlResult = v.object({ EcsTerminalUrl: v.pipe(v.string(), v.minLength(1)) })

export function cloud(ecs: EcsClient, call: Call): Cloud {
  const describeInstances = (params: Params) => ecs.send('DescribeInstances', params, InstancePage, call)
  return {
    runInstances: (params) => ecs.send('RunInstances', params, RunInstancesResult, call),
    describeInstances,
    async describeInstance(instanceId) {
      const { Instances } = await describeInstances({ InstanceIds: [instanceId] })
      return Instances.find(({ InstanceId }) => InstanceId === instanceId)
    },
    deleteInstance: (InstanceId) => ecs.send('DeleteInstance', { InstanceId }, v.unknown(), call),
    tagInstance: (instanceId, tag) =>
      ecs.send('TagResources', { ...resource(instanceId), Tags: [tag] }, v.unknown(), call),
    untagInstance: (instanceId, TagKeys) =>
      ecs.send('UntagResources', { ...resource(instanceId), TagKeys }, v.unknown(), call),
    async terminalUrl(InstanceId) {
      const result = await ecs.send('DescribeInstanceECSTerminalUrl', { InstanceId }, TerminalUrlResult, call)
      return result.EcsTerminalUrl
    },
  }
}

const resource = (instanceId: string) => ({ ResourceType: 'instance', ResourceIds: [instanceId] })
