import type * as v from 'valibot'
import { readBody } from '../gateway/body.ts'
import type { Clock } from '../gateway/clock.ts'
import type { ApiCall } from '../gateway/gateway.ts'
import type { ResourceTable } from '../gateway/resource-table.ts'
import { settleTransition } from '../gateway/transitions.ts'
import { serviceNotActivated } from './errors.ts'
import type { Faults } from './faults.ts'
import type { DeploymentHost } from './resources/deployment.ts'
import type { FunctionRecord } from './resources/records.ts'
import { settleRelease } from './resources/release.ts'
import type { UploadStore } from './resources/upload-store.ts'

/** The state of one emulated veFaaS, and how it was set up. */
export interface Vefaas extends DeploymentHost {
  functions: ResourceTable<FunctionRecord>
  uploads: UploadStore
  faults: Faults
  clock: Clock
  quotas: { functions: number; triggersPerFunction: number }
  releaseSeconds: number
  kafkaSeconds: number
  loadsCode: boolean
  /** Seconds of crontab time per real second; 0: timers never fire. */
  timerSpeed: number
  onRelease: (functionName: string, revision: number, failure: string | undefined) => void
  /** The origin of the latest call: the base of all addresses in responses. */
  url: string
}

export type Action = (vefaas: Vefaas, call: ApiCall) => object

/** An action: the schema of its body, and the work on it. Functions are brought up to date before it runs. */
export function action<S extends v.GenericSchema>(
  schema: S,
  run: (input: v.InferOutput<S>, vefaas: Vefaas, call: ApiCall) => object,
): Action {
  return (vefaas, call) => {
    settle(vefaas)
    if (vefaas.faults.take(call.action, 'NotActivated')) throw serviceNotActivated()
    return run(readBody(schema, call.body), vefaas, call)
  }
}

/** Brings the releases and the Kafka triggers of all functions up to date. */
export function settle({ functions, clock }: Vefaas): void {
  const now = clock.now()
  for (const record of functions.all()) {
    settleRelease(record, now)
    for (const trigger of record.kafkaTriggers.values()) settleTransition(trigger, now)
  }
}
