import type * as v from 'valibot'
import type { Config } from '../config/schema.ts'
import { type EcsClient, type Effort, ecsClient } from './ecs/client.ts'
import { credentialSource } from './ecs/credentials.ts'
import type { Param } from './ecs/flatten.ts'

/** What the manager has to know of the invocation that it works for. */
export interface Call extends Effort {
  config: Config
  requestId: string
  /** Name of the key in use, or of the gateway's consumer; empty where nobody knows. */
  caller: string
  /** The request id that the caller sent; absent when the pipeline had to make one. */
  callerRequestId?: string | undefined
}

/**
 * Calls an action of ECS and returns its `Result`, checked against the schema. The action must be one that may be done twice.
 * @throws {CloudError}
 */
export function send<Result>(
  call: Call,
  action: string,
  params: { readonly [key: string]: Param },
  schema: v.GenericSchema<unknown, Result>,
): Promise<Result> {
  return client(call.config).send(action, params, call, schema)
}

/** Opens the connection to the cloud ahead of the first call. Never fails: the first call will say what is wrong. */
export function openConnection(config: Config): void {
  client(config).open()
}

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
