import { ApiError } from '../gateway/errors.ts'
import { invalidOperation } from '../gateway/service-errors.ts'

// APIG publishes no error codes: see gateway/service-errors.ts.

export const serviceNotActivated = () =>
  new ApiError(
    401,
    'ServiceNotActivated',
    'The service is not activated: open its console once and grant the role that it asks for.',
  )

/** Refuses what the cloud may have and this emulator does not, so that nobody believes it works. */
export const notEmulated = (what: string) => invalidOperation(`The emulator does not support ${what}; the cloud may.`)
