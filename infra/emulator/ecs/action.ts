import * as v from 'valibot'
import type { Clock } from '../gateway/clock.ts'
import type { ApiCall } from '../gateway/gateway.ts'
import { readParams } from '../gateway/params.ts'
import type { ResourceTable } from '../gateway/resource-table.ts'
import type { Addresses } from './addresses.ts'
import type { ClientTokens } from './client-tokens.ts'
import type { Faults } from './faults.ts'
import type { Instance } from './instance.ts'
import type { Settings } from './settings.ts'

/** The state and the options of one emulated ECS. */
export interface Ecs {
  instances: ResourceTable<Instance>
  /** The number of instances that were ever created. */
  created: number
  addresses: Addresses
  tokens: ClientTokens
  faults: Faults
  clock: Clock
  quota: number
  delays: Delays
  settings: Settings
}

/** How long each change of status takes, in seconds. */
export interface Delays {
  bootSeconds: number
  startSeconds: number
  stopSeconds: number
  rebootSeconds: number
  deleteSeconds: number
}

/** The parameters of an action: the output of its schemas. */
export type InputOf<F extends v.ObjectEntries> = v.InferOutput<v.ObjectSchema<F, undefined>>

export type Action = (ecs: Ecs, call: ApiCall) => object

/**
 * Creates an action from the schemas of its parameters and its work. Instances are up to date when the work starts.
 * With a ClientToken the work is done once for each token.
 */
export function action<F extends v.ObjectEntries>(
  fields: F,
  run: (input: InputOf<F>, ecs: Ecs, call: ApiCall) => object,
): Action {
  const schema = v.object(fields)
  return (ecs, call) => {
    ecs.instances.settle()
    const input = readParams(schema, call.params)
    const work = () => run(input, ecs, call)
    const token = 'ClientToken' in input ? input.ClientToken : undefined
    return typeof token === 'string'
      ? ecs.tokens.once(token, `${call.region} ${call.action}`, call.params, work)
      : work()
  }
}
