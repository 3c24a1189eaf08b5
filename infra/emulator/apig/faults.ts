import * as v from 'valibot'
import type { FaultList } from '../openapi/fault-list.ts'
import { callFault, faultSchemaOf, secondsField, textField, wireFaults } from '../openapi/faults.ts'

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
export const faultSchema = faultSchemaOf([
  ...wireFaults,
  callFault('NotActivated', {}),
  callFault('NotInWhitelist', {}),
  callFault('NoQuota', {}),
  callFault('HideNew', { Seconds: secondsField }),
  callFault('FailGateway', { Message: v.optional(textField) }),
  callFault('StuckGateway', {}),
  callFault('FailService', { Message: v.optional(textField) }),
  callFault('StuckService', {}),
  callFault('FailDeleting', {}),
  callFault('StuckDeleting', {}),
])
export type Fault = v.InferOutput<typeof faultSchema>
export type Faults = FaultList<Fault>
