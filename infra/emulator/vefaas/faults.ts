import type { FaultList } from '../openapi/fault-list.ts'
import {
  type FaultRules,
  type FaultScope,
  required,
  seconds,
  text,
  type WireFault,
  wireFaultRules,
} from '../openapi/faults.ts'

/**
 * Every fault that can be scripted: those of the wire (see WireFault), and these of veFaaS itself. A call takes at most one
 * of each kind. `Action` need not be given: each kind knows the actions it is about.
 *
 * - `NotActivated`: every action is refused as if the account had not activated veFaaS.
 * - `NoQuota`: CreateFunction, CreateTimer and CreateKafkaTrigger are refused as if the quota were used up.
 * - `HideNew`: functions made by CreateFunction stay out of ListFunctions for `Seconds`.
 * - `FailRelease`: releases end as failed with `ErrorCode`, e.g. function_health_check_failed; the revision before goes on.
 * - `StuckRelease`: releases stay in progress for ever, unless they are aborted.
 * - `SlowRelease`: releases take `Seconds`.
 * - `FailKafkaTrigger`, `StuckKafkaTrigger`: Kafka triggers end as failed, or stay pending.
 */
export type Fault =
  | WireFault
  | (FaultScope &
      (
        | { Kind: 'NotActivated' }
        | { Kind: 'NoQuota' }
        | { Kind: 'HideNew'; Seconds: number }
        | { Kind: 'FailRelease'; ErrorCode: string; StatusMessage?: string }
        | { Kind: 'StuckRelease' }
        | { Kind: 'SlowRelease'; Seconds: number }
        | { Kind: 'FailKafkaTrigger' }
        | { Kind: 'StuckKafkaTrigger' }
      ))

export type Faults = FaultList<Fault>

export const faultRules: FaultRules<Fault> = {
  ...wireFaultRules,
  NotActivated: {},
  NoQuota: {},
  HideNew: { Seconds: required(seconds) },
  FailRelease: { ErrorCode: required(text), StatusMessage: text },
  StuckRelease: {},
  SlowRelease: { Seconds: required(seconds) },
  FailKafkaTrigger: {},
  StuckKafkaTrigger: {},
}
