import { ApiError } from '../gateway/errors.ts'

// Codes, statuses and messages from the ECS API reference: DeleteInstance, StartInstance, StopInstance,
// DescribeInstanceECSTerminalUrl, RunInstances. The table of StopInstance is only known in part, and that of
// RebootInstance not at all. It is an assumption that both have the errors of StartInstance, and that all of them return
// 404 for an unknown instance, as DeleteInstance does.

export const instanceNotFound = () =>
  new ApiError(404, 'InvalidInstance.NotFound', 'The specified instance does not exist.')

export const invalidInstanceStatus = () =>
  new ApiError(400, 'InvalidInstanceStatus', 'The status of the specified instance does not support this request.')

export const invalidChargeType = () =>
  new ApiError(400, 'InvalidChargeType', 'A PrePaid instance that has not expired cannot be deleted.')

export const invalidArgument = (message: string) =>
  new ApiError(400, 'InvalidArgument', `The specified argument is invalid. ${message}`)

export const dataVolumeWithoutSize = () =>
  new ApiError(400, 'LimitExceeded.DataVolumeSize', 'A data volume needs Size or SnapshotId.')

export const idempotentParameterMismatch = () =>
  new ApiError(
    400,
    'IdempotentParameterMismatch',
    'The request uses the same client token as a previous, but non-identical request.',
  )
