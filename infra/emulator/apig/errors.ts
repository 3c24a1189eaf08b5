import { ApiError } from '../openapi/errors.ts'

// No list of APIG's own codes is published. These are the ones published for veFaaS, which has the same console and the
// same envelope (veFaaS documentation, "Error codes").

export const resourceNotFound = (kind: string, id: string) =>
  new ApiError(404, 'ResourceNotFound', `The ${kind} ${id} does not exist.`)

export const invalidParameter = (name: string, message: string) =>
  new ApiError(400, 'InvalidParameter', `The specified parameter ${name} is invalid: ${message}`)

export const missingParameter = (name: string) =>
  new ApiError(400, 'MissingParameter', `The required parameter ${name} is not supplied.`)

export const duplicatedResource = (kind: string, name: string) =>
  new ApiError(409, 'DuplicatedResource', `There is a ${kind} ${name} already.`)

export const quotaExceeded = (what: string, most: number) =>
  new ApiError(400, 'QuotaExceeded', `The quota of ${most} ${what} is used up.`)

export const serviceNotActivated = () =>
  new ApiError(401, 'ServiceNotActivated', 'The service is not activated: open its console once and grant it its role.')

export const statusConflict = (message: string) => new ApiError(409, 'StatusConflictError', message)

/** What the cloud has and this emulator has not: refused, so that nobody takes it for working. */
export const notEmulated = (what: string) =>
  new ApiError(403, 'InvalidOperation', `${what}: the cloud may have it, this emulator has not.`)
