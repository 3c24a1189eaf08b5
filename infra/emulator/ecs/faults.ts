import type { FaultList } from '../openapi/fault-list.ts'
import {
  type FaultRules,
  type FaultScope,
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
      ))

export type Faults = FaultList<Fault>

export const faultRules: FaultRules<Fault> = {
  ...wireFaultRules,
  HideNew: { Seconds: required(seconds) },
  StuckCreating: {},
  FailCreating: {},
  StuckDeleting: {},
  NoStock: { Left: wholeNumber(0, 100) },
  NoQuota: {},
  FailItem: { Code: required(text), Message: text, InstanceId: text },
}
