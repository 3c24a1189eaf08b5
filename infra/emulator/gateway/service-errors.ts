import { ApiError } from './errors.ts'

// Codes and HTTP statuses of the services whose parameters are in a JSON body, from the veFaaS API reference, "Error
// codes". APIG publishes none, but has the same console and the same envelope. The messages are the emulator's own.

export const invalidParameter = (name: string, message: string) =>
  new ApiError(400, 'InvalidParameter', `The specified parameter ${name} is invalid: ${message}`)

export const missingParameter = (name: string) =>
  new ApiError(400, 'MissingParameter', `The required parameter ${name} is not supplied.`)

export const resourceNotFound = (kind: string, id: string | number) =>
  new ApiError(404, 'ResourceNotFound', `The ${kind} ${id} does not exist.`)

export const duplicatedResource = (kind: string, name: string) =>
  new ApiError(409, 'DuplicatedResource', `The ${kind} ${name} already exists.`)

export const quotaExceeded = (what: string, max: number) =>
  new ApiError(400, 'QuotaExceeded', `The quota of ${max} ${what} is used up.`)

export const statusConflict = (message: string) => new ApiError(409, 'StatusConflictError', message)

export const invalidOperation = (message: string) => new ApiError(403, 'InvalidOperation', message)
