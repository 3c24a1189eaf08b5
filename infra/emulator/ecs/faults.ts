import * as v from 'valibot'
import type { FaultList } from '../gateway/fault-list.ts'
import {
  callFault,
  countFields,
  type FaultScope,
  faultKind,
  faultSchemaOf,
  integerField,
  textField,
} from '../gateway/faults.ts'

const instanceId = v.optional(textField)
const nonEmpty = 'a text that is not empty'
const nonEmptyText = v.pipe(v.string(nonEmpty), v.nonEmpty(nonEmpty))

/**
 * The faults of ECS besides those of every service (see faultSchemaOf). `NoQuota` affects RunInstances; `HideNew`
 * affects DescribeInstances and DescribeTags.
 *
 * - `StuckCreating`: instances that RunInstances creates stay CREATING forever, and cannot be deleted.
 * - `FailCreating`: instances that RunInstances creates become ERROR instead of RUNNING.
 * - `StuckDeleting`: a delete is accepted, and the instance stays DELETING forever. In DeleteInstances each item
 *   counts.
 * - `NoStock`: RunInstances finds only `Left` instances in stock, 0 unless given. With MinCount it creates that many.
 *   StartInstance, also with DryRun, and each item of StartInstances are refused if `Left` is 0.
 * - `FailStarting`: a start is accepted, and after STARTING the instance is STOPPED again. In StartInstances each item
 *   counts.
 * - `FailItem`: in DeleteInstances, StartInstances, StopInstances and RebootInstances the item `InstanceId` (every item
 *   unless given) fails with `Code`, while the call succeeds.
 *
 * The following affect the password agent in the Windows instance `InstanceId`, in every one unless given. Each request
 * to the agent counts as a call, but it calls no action, so they have no `Action`. The agent checks the key and the
 * form of a request first. None of these faults sets a password.
 *
 * - `AgentRefuses`: the agent answers 401, as to a wrong key.
 * - `AgentFails`: the agent answers 200 with `Text` (`Access is denied.` unless given), which is empty in a success.
 * - `AgentHangs`: the agent takes the request and does not answer.
 * - `AgentAbsent`: nothing listens, from shortly after the fault is added until shortly after it is removed. So it has
 *   no `Times` and no `Skip`.
 */
export const faultSchema = faultSchemaOf([
  callFault('StuckCreating', {}),
  callFault('FailCreating', {}),
  callFault('FailStarting', {}),
  callFault('StuckDeleting', {}),
  callFault('NoStock', { Left: v.optional(integerField(0, 100)) }),
  callFault('FailItem', { Code: textField, Message: v.optional(textField), InstanceId: instanceId }),
  faultKind('AgentRefuses', { ...countFields, InstanceId: instanceId }),
  faultKind('AgentFails', { ...countFields, Text: v.optional(nonEmptyText), InstanceId: instanceId }),
  faultKind('AgentHangs', { ...countFields, InstanceId: instanceId }),
  faultKind('AgentAbsent', { InstanceId: instanceId }),
])

/**
 * With FaultScope, so that `{ ...fault, Times: 1 }` is a Fault for any fault. FaultList refuses it if the kind has no
 * Times.
 */
export type Fault = FaultScope & v.InferOutput<typeof faultSchema>
export type Faults = FaultList<Fault>
