import * as v from 'valibot'
import type { FaultList } from '../gateway/fault-list.ts'
import { callFault, faultSchemaOf, secondsField, textField, wireFaults } from '../gateway/faults.ts'

/**
 * Every fault that can be scripted: those of the wire (see wireFaults), and these of veFaaS. A call takes at most one
 * of each kind. `Action` is not needed: each kind affects only the actions named here.
 *
 * - `NotActivated`: every action is refused as if the account had not activated veFaaS.
 * - `NoQuota`: CreateFunction, CreateTimer and CreateKafkaTrigger are refused as if the quota were used up.
 * - `HideNew`: for `Seconds`, ListFunctions does not show functions that CreateFunction creates.
 * - `FailRelease`: releases fail with `ErrorCode`, e.g. function_health_check_failed; the previous revision keeps
 *   serving.
 * - `StuckRelease`: releases stay in progress forever, unless they are aborted.
 * - `SlowRelease`: releases take `Seconds`.
 * - `FailKafkaTrigger`, `StuckKafkaTrigger`: Kafka triggers fail, or stay pending.
 */
export const faultSchema = faultSchemaOf([
  ...wireFaults,
  callFault('NotActivated', {}),
  callFault('NoQuota', {}),
  callFault('HideNew', { Seconds: secondsField }),
  callFault('FailRelease', { ErrorCode: textField, StatusMessage: v.optional(textField) }),
  callFault('StuckRelease', {}),
  callFault('SlowRelease', { Seconds: secondsField }),
  callFault('FailKafkaTrigger', {}),
  callFault('StuckKafkaTrigger', {}),
])

export type Fault = v.InferOutput<typeof faultSchema>
export type Faults = FaultList<Fault>
