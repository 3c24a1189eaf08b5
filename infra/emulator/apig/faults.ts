import * as v from 'valibot'
import type { FaultList } from '../gateway/fault-list.ts'
import { callFault, faultSchemaOf, secondsField, textField, wireFaults } from '../gateway/faults.ts'

/**
 * Every fault that can be scripted: those of the wire (see wireFaults), and these of APIG. A call takes at most one of
 * each kind. `Action` is not needed: each kind affects only the actions named here.
 *
 * - `NotActivated`: any call is refused, as in an account that has not activated APIG in its console.
 * - `NotInWhitelist`: a creation is refused with OperationDenied.AccountNotInWhitelist.
 * - `NoQuota`: a creation is refused as if the quota of the resource were used up.
 * - `HideNew`: for `Seconds`, lists and Check...Exist do not show a new resource.
 * - `FailGateway`, `FailService`: a new gateway or service becomes CreatedFailed instead of Running, with `Message`.
 * - `StuckGateway`, `StuckService`: a new gateway or service stays Creating forever.
 * - `FailDeleting`: a gateway or service becomes DeletedFailed instead of disappearing.
 * - `StuckDeleting`: a gateway or service stays Deleting forever.
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
