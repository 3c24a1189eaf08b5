import type * as v from 'valibot'
import { readBody } from '../openapi/body.ts'
import type { Clock } from '../openapi/clock.ts'
import type { ApiCall } from '../openapi/gateway.ts'
import { serviceNotActivated } from './errors.ts'
import type { Faults } from './faults.ts'
import type { Host } from './resources/deployment.ts'
import type { FunctionTable } from './resources/function-table.ts'
import type { UploadStore } from './resources/upload-store.ts'

/** The state of one emulated veFaaS, and how it was set up. */
export interface Vefaas extends Host {
  functions: FunctionTable
  uploads: UploadStore
  faults: Faults
  clock: Clock
  quotas: { functions: number; triggersPerFunction: number }
  releaseSeconds: number
  kafkaSeconds: number
  /** Seconds of crontabs a real second; 0: timers do not fire. */
  timerSpeed: number
  onRelease: (functionName: string, revision: number, failure: string | undefined) => void
  /** Where the latest call came to: addresses that are given out begin with it. */
  url: string
}

export type Action = (vefaas: Vefaas, call: ApiCall) => object

/** An action: the parameters of its body, and what it does with them. It sees functions and releases as they are now. */
export function action<S extends v.GenericSchema>(
  fields: S,
  run: (input: v.InferOutput<S>, vefaas: Vefaas, call: ApiCall) => object,
): Action {
  return (vefaas, call) => {
    if (vefaas.faults.take(call.action, 'NotActivated')) throw serviceNotActivated()
    vefaas.functions.settle()
    return run(readBody(fields, call.body), vefaas, call)
  }
}
