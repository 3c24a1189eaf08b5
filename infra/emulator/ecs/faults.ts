import * as v from 'valibot'
import type { FaultList } from '../openapi/fault-list.ts'
import {
  callFault,
  countFields,
  type FaultScope,
  faultKind,
  faultSchemaOf,
  integerField,
  secondsField,
  textField,
  wireFaults,
} from '../openapi/faults.ts'

const instanceId = v.optional(textField)
const filledText = v.pipe(v.string('a text that is not empty'), v.nonEmpty('a text that is not empty'))

/**
 * Every fault that can be scripted: those of the wire (see WireFault), and these of ECS itself. A call takes at most one
 * of each kind. `Action` need not be given: each kind knows the actions it is about.
 *
 * - `HideNew`: instances made by RunInstances stay out of DescribeInstances and DescribeTags for `Seconds`.
 * - `StuckCreating`: instances made by RunInstances stay CREATING for ever, and cannot be deleted.
 * - `FailCreating`: instances made by RunInstances end in ERROR instead of RUNNING.
 * - `StuckDeleting`: a delete is accepted, and the instance stays DELETING for ever; in DeleteInstances each item counts.
 * - `NoStock`: RunInstances finds only `Left` instances in stock (0 unless given); with MinCount it makes as many.
 * - `NoQuota`: RunInstances is refused as if the quota of instances were used up.
 * - `FailItem`: in DeleteInstances, StartInstances, StopInstances and RebootInstances the item `InstanceId` (every item
 *   unless given) fails with `Code`, while the call itself succeeds.
 *
 * And of the password agent in the Windows instance `InstanceId` (in every one unless given), whose requests count as
 * calls, though of no `Action`.
 * What refuses a request for its key or its form comes first. In none of them a password is set:
 *
 * - `AgentRefuses`: it answers 401, as to a wrong key.
 * - `AgentFails`: it answers 200 with `Text` (`Access is denied.` unless given) where a success has nothing.
 * - `AgentHangs`: it takes the request and does not answer.
 * - `AgentAbsent`: nothing listens there, from a moment after this is scripted until a moment after it is removed.
 */
export const faultSchema = faultSchemaOf([
  ...wireFaults,
  callFault('HideNew', { Seconds: secondsField }),
  callFault('StuckCreating', {}),
  callFault('FailCreating', {}),
  callFault('StuckDeleting', {}),
  callFault('NoStock', { Left: v.optional(integerField(0, 100)) }),
  callFault('NoQuota', {}),
  callFault('FailItem', { Code: textField, Message: v.optional(textField), InstanceId: instanceId }),
  faultKind('AgentRefuses', { ...countFields, InstanceId: instanceId }),
  faultKind('AgentFails', { ...countFields, Text: v.optional(filledText), InstanceId: instanceId }),
  faultKind('AgentHangs', { ...countFields, InstanceId: instanceId }),
  faultKind('AgentAbsent', { InstanceId: instanceId }),
])
/** With FaultScope, so that `{ ...fault, Times: 1 }` is a Fault of whatever kind. FaultList checks what a kind takes. */
export type Fault = FaultScope & v.InferOutput<typeof faultSchema>
export type Faults = FaultList<Fault>
