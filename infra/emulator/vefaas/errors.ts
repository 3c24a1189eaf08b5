import { ApiError } from '../openapi/errors.ts'

// Codes and statuses from the veFaaS API reference, "Error codes"; the messages are the emulator's.

export const invalidParameter = (name: string, is: string) =>
  new ApiError(400, 'InvalidParameter', `The specified parameter ${name} is invalid: ${is}`)

export const missingParameter = (name: string) =>
  new ApiError(400, 'MissingParameter', `The required parameter ${name} is not supplied.`)

export const resourceNotFound = (what: string, id: string | number) =>
  new ApiError(404, 'ResourceNotFound', `The ${what} ${id} does not exist.`)

export const duplicatedResource = (what: string, name: string) =>
  new ApiError(409, 'DuplicatedResource', `A ${what} with the name ${name} exists already.`)

export const quotaExceeded = (what: string, most: number) =>
  new ApiError(400, 'QuotaExceeded', `The quota of ${most} ${what} is used up.`)

/** The service-linked role has not been created in the console. */
export const serviceNotActivated = () =>
  new ApiError(401, 'ServiceNotActivated', 'The service is not activated: activate it in the veFaaS console.')

export const statusConflict = (message: string) => new ApiError(409, 'StatusConflictError', message)

export const invalidOperation = (message: string) => new ApiError(403, 'InvalidOperation', message)

export const invalidRequest = (message: string) => new ApiError(400, 'InvalidRequest', message)
