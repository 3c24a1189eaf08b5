import type * as v from 'valibot'
import type { Caller } from '../../config/callers.ts'
import type { Config } from '../../config/schema.ts'
import { type CallOptions, type EcsClient, ecsClient } from './client.ts'
import { credentialSource } from './credentials.ts'
import type { Param } from './flatten.ts'

/** What the manager needs to know about the current invocation. The pipeline, which declares the same shape, passes it on. */
export interface Call extends CallOptions {
  config: Config
  requestId: string
  /** Its rights are checked; what it sees is not. */
  caller: Caller
  /** The request id that the caller sent; absent if the caller sent none. */
  callerRequestId?: string | undefined
}

/**
 * Calls an action of ECS and returns its `Result`, checked against the schema. The action must be idempotent: the call
 * may be tried several times.
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

// A client keeps its connections open.
const clients = new WeakMap<Config, EcsClient>()

/** The client of a configuration. Returns the same client each time. */
export function clientFor(config: Config): EcsClient {
  let found = clients.get(config)
  if (found === undefined) {
    found = ecsClient(config.volcengine, credentialSource(config.volcengine, process.env))
    clients.set(config, found)
  }
  return found
}
