import { ApiError } from '../gateway/errors.ts'

// APIG publishes no error codes. These are the codes of veFaaS (veFaaS documentation, "Error codes"), which has the
// same console and the same envelope.

export const resourceNotFound = (kind: string, id: string) =>
  new ApiError(404, 'ResourceNotFound', `The ${kind} ${id} does not exist.`)

export const invalidParameter = (name: string, message: string) =>
  new ApiError(400, 'InvalidParameter', `The specified parameter ${name} is invalid: ${message}`)

export const missingParameter = (name: string) =>
  new ApiError(400, 'MissingParameter', `The required parameter ${name} is not supplied.`)

export const duplicatedResource = (kind: string, name: string) =>
  new ApiError(409, 'DuplicatedResource', `The ${kind} ${name} already exists.`)

export const quotaExceeded = (what: string, max: number) =>
  new ApiError(400, 'QuotaExceeded', `The quota of ${max} ${what} is used up.`)

export const serviceNotActivated = () =>
  new ApiError(
    401,
    'ServiceNotActivated',
    'The service is not activated: open its console once and grant the role that it asks for.',
  )

export const statusConflict = (message: string) => new ApiError(409, 'StatusConflictError', message)

/** Refuses what the cloud may have and this emulator does not, so that nobody believes it works. */
export const notEmulated = (what: string) =>
  new ApiError(403, 'InvalidOperation', `The emulator does not support ${what}; the cloud may.`)
