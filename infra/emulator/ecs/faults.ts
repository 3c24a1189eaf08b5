import type { FaultList } from '../openapi/fault-list.ts'
import {
  type FaultRules,
  type FaultScope,
  type FieldRule,
  leftOut,
  required,
  seconds,
  text,
  type WireFault,
  wholeNumber,
  wireFaultRules,
} from '../openapi/faults.ts'

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
export type Fault =
  | WireFault
  | (FaultScope &
      (
        | { Kind: 'HideNew'; Seconds: number }
        | { Kind: 'StuckCreating' }
        | { Kind: 'FailCreating' }
        | { Kind: 'StuckDeleting' }
        | { Kind: 'NoStock'; Left?: number }
        | { Kind: 'NoQuota' }
        | { Kind: 'FailItem'; Code: string; Message?: string; InstanceId?: string }
        | { Kind: 'AgentRefuses'; InstanceId?: string }
        | { Kind: 'AgentFails'; Text?: string; InstanceId?: string }
        | { Kind: 'AgentHangs'; InstanceId?: string }
        | { Kind: 'AgentAbsent'; InstanceId?: string }
      ))

export type Faults = FaultList<Fault>

const someText: FieldRule = {
  is: 'a text that is not empty',
  test: (value) => typeof value === 'string' && value !== '',
}
const noAction = leftOut('a request to the password agent is no call of an action')
const untilRemoved = leftOut('it lasts until it is removed')

export const faultRules: FaultRules<Fault> = {
  ...wireFaultRules,
  HideNew: { Seconds: required(seconds) },
  StuckCreating: {},
  FailCreating: {},
  StuckDeleting: {},
  NoStock: { Left: wholeNumber(0, 100) },
  NoQuota: {},
  FailItem: { Code: required(text), Message: text, InstanceId: text },
  AgentRefuses: { InstanceId: text, Action: noAction },
  AgentFails: { Text: someText, InstanceId: text, Action: noAction },
  AgentHangs: { InstanceId: text, Action: noAction },
  AgentAbsent: { InstanceId: text, Action: noAction, Times: untilRemoved, Skip: untilRemoved },
}
