import { ApiError } from '../openapi/errors.ts'

// What VolcEngine does not publish. Each line is a guess, on the side that is harder for a client. All guesses are in this
// file, so that a real answer changes one place.

/** A ClientToken is remembered for a day. */
export const clientTokenHours = 24

/** A DryRun that would succeed is an error by its code; its HTTP status is not published. */
export const dryRunOperation = () => new ApiError(400, 'DryRunOperation', 'The request passed the check.')

/** The code is handled by official clients of ECS; its status is not published. */
export const quotaExceeded = (quota: number) =>
  new ApiError(429, 'QuotaExceeded.MaximumInstances', `The quota of ${quota} instances in this region is used up.`)

/** No code for sold-out stock is published. */
export const outOfStock = () =>
  new ApiError(400, 'InsufficientInventory', 'The instance type is out of stock in the specified zone.')

export const addressesUsedUp = () =>
  new ApiError(400, 'InsufficientIpInSubnet', 'The subnet has no free IP addresses left.')

export const addressInUse = (address: string) =>
  new ApiError(400, 'InvalidPrimaryIpAddress.InUse', `The address ${address} is in use or not in the subnet.`)

/** A launch without a credential is refused; the code is not published. */
export const credentialMissing = () =>
  new ApiError(400, 'MissingParameter.Password', 'One of Password, KeyPairName and KeepImageCredential is needed.')

/** Delete of an instance under DeletionProtection is refused; the code is not published. */
export const deletionProtected = () =>
  new ApiError(400, 'InvalidInstance.DeletionProtection', 'The instance is protected from deletion.')

export const zoneNotFound = (zone: string, region: string) =>
  new ApiError(
    404,
    'InvalidZoneId.NotFound',
    `The zone ${zone} does not exist in the region ${region} of the signature.`,
  )

/** For CreateTags the same code is published for each item; the status of the newer actions is not. */
export const resourceNotFound = (id: string) =>
  new ApiError(404, 'InvalidResourceId.NotFound', `The specified resource ${id} does not exist.`)

export const tooManyTags = (most: number) =>
  new ApiError(400, 'LimitExceeded.Tags', `A resource may have ${most} tags at most.`)

export const invalidNextToken = () =>
  new ApiError(400, 'InvalidNextToken.Malformed', 'NextToken is not one that this query has returned.')
