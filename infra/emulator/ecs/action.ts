import type { Clock } from '../openapi/clock.ts'
import type { Call } from '../openapi/gateway.ts'
import { type Read, type Reader, readFields, unflatten } from '../openapi/params.ts'
import type { ClientTokens } from './client-tokens.ts'
import type { Faults } from './faults.ts'
import type { Instances } from './instances.ts'

/** The state of one emulated ECS, and how it was set up. */
export interface Ecs {
  instances: Instances
  tokens: ClientTokens
  faults: Faults
  clock: Clock
  quota: number
  delays: Delays
}

/** How long each change of status takes, in seconds. */
export interface Delays {
  bootSeconds: number
  startSeconds: number
  stopSeconds: number
  rebootSeconds: number
  deleteSeconds: number
}

export type Action = (ecs: Ecs, call: Call) => object

/**
 * An action: the readers of its parameters, and what it does with them. It sees instances as they are now. An action that
 * reads a ClientToken does its work once for each token.
 */
export function action<F extends Record<string, Reader<unknown>>>(
  fields: F,
  run: (input: { [K in keyof F]: Read<F[K]> }, ecs: Ecs, call: Call) => object,
): Action {
  return (ecs, call) => {
    ecs.instances.settle()
    const input = readFields(fields, unflatten(call.params))
    const work = () => run(input, ecs, call)
    const token = 'ClientToken' in input ? input.ClientToken : undefined
    return typeof token === 'string'
      ? ecs.tokens.once(token, `${call.region} ${call.action}`, call.params, work)
      : work()
  }
}
