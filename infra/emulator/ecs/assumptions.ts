import { ApiError } from '../gateway/errors.ts'
import type { Instance, StoppedMode } from './instance.ts'
import type { Settings } from './settings.ts'

// VolcEngine does not publish these. Each is a guess, the one that is harder for a client. They are in one file, so
// that they can be corrected in one place.

/**
 * A ClientToken is remembered for a day. A call for several instances is remembered with its details: if an item fails,
 * the same call with the same token fails again.
 */
export const clientTokenHours = 24

/**
 * What StoppedMode reads in all other statuses than STOPPED. So a client has to wait until the instance is STOPPED before
 * it knows whether the instance keeps charging.
 */
export const stoppedModeUnlessStopped = 'NotApplicable'

/**
 * What StoppedMode reads when the instance is STOPPED after a request with this StoppedMode. It is published that only
 * PostPaid instances of some types and accounts can stop charging, and what the default is. It is not published what
 * StopCharging does for the others: here it is no error.
 */
export function stoppedModeAfter(
  requested: 'KeepCharging' | 'StopCharging' | undefined,
  { InstanceChargeType, InstanceTypeId }: Instance,
  settings: Settings,
): StoppedMode {
  if (InstanceChargeType === 'PrePaid' || settings.NotApplicableTypes.includes(InstanceTypeId)) return 'NotApplicable'
  if (!settings.EconomicalModeAdmitted) return 'KeepCharging'
  return requested ?? (settings.EconomicalModeByDefault ? 'StopCharging' : 'KeepCharging')
}

/** The code of a DryRun that would succeed is published, its HTTP status is not. */
export const dryRunOperation = () => new ApiError(400, 'DryRunOperation', 'The request passed the check.')

/** Official clients of ECS handle this code. Its status is not published. STOPPED instances count too. */
export const quotaExceeded = (quota: number) =>
  new ApiError(429, 'QuotaExceeded.MaximumInstances', `The quota of ${quota} instances in this region is used up.`)

/**
 * It is published that RunInstances and StartInstance fail without stock, but not with which code. StartInstance can also
 * accept the call, and the instance becomes STOPPED again: the fault FailStarting. Both can happen to every stopped
 * instance, although only StopCharging gives its computing resources back.
 */
export const outOfStock = () =>
  new ApiError(400, 'InsufficientInventory', 'The instance type is out of stock in the specified zone.')

export const addressesUsedUp = () =>
  new ApiError(400, 'InsufficientIpInSubnet', 'The subnet has no free IP addresses left.')

export const addressInUse = (address: string) =>
  new ApiError(400, 'InvalidPrimaryIpAddress.InUse', `The address ${address} is in use or not in the subnet.`)

/** It is published that RunInstances without a credential is refused, but not with which code. */
export const credentialMissing = () =>
  new ApiError(400, 'MissingParameter.Password', 'One of Password, KeyPairName and KeepImageCredential is required.')

/** It is published that a protected instance cannot be deleted, but not with which code this is refused. */
export const deletionProtected = () =>
  new ApiError(400, 'InvalidInstance.DeletionProtection', 'The instance is protected from deletion.')

export const zoneNotFound = (zone: string, region: string) =>
  new ApiError(
    404,
    'InvalidZoneId.NotFound',
    `The zone ${zone} does not exist in the region ${region} of the signature.`,
  )

/** The code is published for each item of CreateTags. The status is not published for the newer actions. */
export const resourceNotFound = (id: string) =>
  new ApiError(404, 'InvalidResourceId.NotFound', `The specified resource ${id} does not exist.`)

export const tooManyTags = (max: number) =>
  new ApiError(400, 'LimitExceeded.Tags', `A resource may have ${max} tags at most.`)

export const invalidNextToken = () =>
  new ApiError(400, 'InvalidNextToken.Malformed', 'NextToken is not one that this query has returned.')
