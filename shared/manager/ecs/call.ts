import type * as v from 'valibot'
import type { Config } from '../../config/schema.ts'
import { type CallOptions, type EcsClient, ecsClient } from './client.ts'
import { credentialSource } from './credentials.ts'
import type { Param } from './flatten.ts'

/** What the manager has to know of the invocation that it works for. */
export interface Call extends CallOptions {
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
  return clientFor(call.config).send(action, params, call, schema)
}

// It holds the open connections.
const clients = new WeakMap<Config, EcsClient>()

/** The client of a configuration: one, however often it is asked for. */
export function clientFor(config: Config): EcsClient {
  let found = clients.get(config)
  if (found === undefined) {
    found = ecsClient(config.volcengine, credentialSource(config.volcengine, process.env))
    clients.set(config, found)
  }
  return found
}
