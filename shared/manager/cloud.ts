import * as v from 'valibot'
import type { Config } from '../config/schema.ts'
import { type EcsClient, ecsClient, type Invocation } from './ecs/client.ts'
import { credentialSource } from './ecs/credentials.ts'
import type { Param } from './ecs/flatten.ts'
import { Instance } from './sandbox.ts'

/** What the manager has to know of the invocation that it works for. */
export interface Call extends Invocation {
  config: Config
  /** The request id that the caller sent; absent when the pipeline had to make one. */
  callerRequestId?: string
}

type Params = { readonly [key: string]: Param }

/** Opens the connection to the cloud ahead of the first call. Never fails: the first call will say what is wrong. */
export function openConnection(config: Config): Promise<void> {
  return client(config).warmUp()
}

/**
 * The actions of ECS that the manager uses, each with what it reads of the answer.
 * All of them throw `CloudError`.
 */
export function runInstances(call: Call, params: Params & { ClientToken: string }) {
  return client(call.config).send('RunInstances', params, RunInstancesResult, call)
}

const RunInstancesResult = v.object({
  InstanceIds: v.pipe(
    v.array(v.string()),
    v.check((ids) => ids.length > 0),
  ),
})

/** One page. */
export function describeInstances(call: Call, params: Params) {
  return client(call.config).send('DescribeInstances', params, Page, call)
}

const Page = v.object({
  Instances: v.nullish(v.array(Instance), () => []),
  NextToken: v.nullish(v.string()),
  TotalCount: v.nullish(v.number()),
})

/** How many instances the filter shows, with a tag filter 1,000 at most. */
export async function countInstances(call: Call, filter: Params): Promise<number> {
  const params = { ...filter, MaxResults: 1 }
  const { TotalCount } = await client(call.config).send(
    'DescribeInstances',
    params,
    v.object({ TotalCount: v.number() }),
    call,
  )
  return TotalCount
}

/** The instance with this id, whoever's it is; undefined when there is none. */
export async function describeInstance(call: Call, instanceId: string): Promise<Instance | undefined> {
  const { Instances } = await describeInstances(call, { InstanceIds: [instanceId] })
  return Instances.find(({ InstanceId }) => InstanceId === instanceId)
}

export function deleteInstance(call: Call, InstanceId: string) {
  return client(call.config).send('DeleteInstance', { InstanceId }, v.unknown(), call)
}

/** A tag that is there already gets the new value. */
export function tagInstance(call: Call, instanceId: string, tag: { Key: string; Value: string }) {
  return client(call.config).send('TagResources', { ...resource(instanceId), Tags: [tag] }, v.unknown(), call)
}

/** @param TagKeys  1 to 20; those that are not there do not matter */
export function untagInstance(call: Call, instanceId: string, TagKeys: readonly string[]) {
  return client(call.config).send('UntagResources', { ...resource(instanceId), TagKeys }, v.unknown(), call)
}

/** `EcsTerminalUrl` is the address of the machine's console, `wss://...`. */
export function describeInstanceECSTerminalUrl(call: Call, InstanceId: string) {
  const result = v.object({ EcsTerminalUrl: v.string() })
  return client(call.config).send('DescribeInstanceECSTerminalUrl', { InstanceId }, result, call)
}

const resource = (instanceId: string) => ({ ResourceType: 'instance', ResourceIds: [instanceId] })

// One client a configuration, because it holds the open connections.
const clients = new WeakMap<Config, EcsClient>()

function client(config: Config): EcsClient {
  let found = clients.get(config)
  if (found === undefined) {
    found = ecsClient(config.volcengine, credentialSource(config.volcengine, process.env))
    clients.set(config, found)
  }
  return found
}
