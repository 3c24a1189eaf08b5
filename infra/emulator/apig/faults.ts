import * as v from 'valibot'
import type { FaultList } from '../gateway/fault-list.ts'
import { callFault, faultSchemaOf, textField } from '../gateway/faults.ts'

/**
 * The faults of APIG besides those of every service (see faultSchemaOf). `HideNew` affects lists and Check...Exist.
 *
 * - `NotActivated`: any call is refused, as in an account that has not activated APIG in its console.
 * - `NotInWhitelist`: a creation is refused with OperationDenied.AccountNotInWhitelist.
 * - `FailGateway`, `FailService`: a new gateway or service becomes CreatedFailed instead of Running, with `Message`.
 * - `StuckGateway`, `StuckService`: a new gateway or service stays Creating forever.
 * - `FailDeleting`: a gateway or service becomes DeletedFailed instead of disappearing.
 * - `StuckDeleting`: a gateway or service stays Deleting forever.
 */
export const faultSchema = faultSchemaOf([
  callFault('NotActivated', {}),
  callFault('NotInWhitelist', {}),
  callFault('FailGateway', { Message: v.optional(textField) }),
  callFault('StuckGateway', {}),
  callFault('FailService', { Message: v.optional(textField) }),
  callFault('StuckService', {}),
  callFault('FailDeleting', {}),
  callFault('StuckDeleting', {}),
])

export type Fault = v.InferOutput<typeof faultSchema>
export type Faults = FaultList<Fault>
