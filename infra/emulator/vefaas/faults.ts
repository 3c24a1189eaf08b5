import * as v from 'valibot'
import type { FaultList } from '../openapi/fault-list.ts'
import { callFault, faultSchemaOf, secondsField, textField, wireFaults } from '../openapi/faults.ts'

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
