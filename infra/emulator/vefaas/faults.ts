import * as v from 'valibot'
import type { FaultList } from '../gateway/fault-list.ts'
import { callFault, faultSchemaOf, secondsField, textField } from '../gateway/faults.ts'

/**
 * The faults of veFaaS besides those of every service (see faultSchemaOf). `NoQuota` affects CreateFunction,
 * CreateTimer and CreateKafkaTrigger; `HideNew` affects functions only.
 *
 * - `NotActivated`: every action is refused as if the account had not activated veFaaS.
 * - `FailRelease`: releases fail with `ErrorCode`, e.g. function_health_check_failed; the previous revision keeps
 *   serving.
 * - `StuckRelease`: releases stay in progress forever, unless they are aborted.
 * - `SlowRelease`: releases take `Seconds`.
 * - `FailKafkaTrigger`, `StuckKafkaTrigger`: Kafka triggers fail, or stay pending.
 */
export const faultSchema = faultSchemaOf([
  callFault('NotActivated', {}),
  callFault('FailRelease', { ErrorCode: textField, StatusMessage: v.optional(textField) }),
  callFault('StuckRelease', {}),
  callFault('SlowRelease', { Seconds: secondsField }),
  callFault('FailKafkaTrigger', {}),
  callFault('StuckKafkaTrigger', {}),
])

export type Fault = v.InferOutput<typeof faultSchema>
export type Faults = FaultList<Fault>
