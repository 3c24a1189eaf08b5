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
 * Every fault that can be scripted: those of the wire (see WireFault), and these of APIG itself. A call takes at most one
 * of each kind. `Action` need not be given: each kind knows the actions it is about.
 *
 * - `NotActivated`: any call is refused, as in an account that never opened APIG's console.
 * - `NotInWhitelist`: a creation is refused with OperationDenied.AccountNotInWhitelist.
 * - `NoQuota`: a creation is refused as if the quota of its kind were used up.
 * - `HideNew`: what is made stays out of lists and of Check...Exist for `Seconds`.
 * - `FailGateway`, `FailService`: it ends in CreatedFailed instead of Running, with `Message`.
 * - `StuckGateway`, `StuckService`: it stays Creating for ever.
 * - `FailDeleting`: a gateway or service ends in DeletedFailed instead of going.
 * - `StuckDeleting`: a gateway or service stays Deleting for ever.
 */
export type Fault =
  | WireFault
  | (FaultScope &
      (
        | { Kind: 'NotActivated' }
        | { Kind: 'NotInWhitelist' }
        | { Kind: 'NoQuota' }
        | { Kind: 'HideNew'; Seconds: number }
        | { Kind: 'FailGateway'; Message?: string }
        | { Kind: 'StuckGateway' }
        | { Kind: 'FailService'; Message?: string }
        | { Kind: 'StuckService' }
        | { Kind: 'FailDeleting' }
        | { Kind: 'StuckDeleting' }
      ))

export type Faults = FaultList<Fault>

export const faultRules: FaultRules<Fault> = {
  ...wireFaultRules,
  NotActivated: {},
  NotInWhitelist: {},
  NoQuota: {},
  HideNew: { Seconds: required(seconds) },
  FailGateway: { Message: text },
  StuckGateway: {},
  FailService: { Message: text },
  StuckService: {},
  FailDeleting: {},
  StuckDeleting: {},
}
