import { ApiError } from '../gateway/errors.ts'

// Codes and HTTP statuses from the veFaaS API reference, "Error codes", like those of gateway/service-errors.ts.

/** The service-linked role has not been created in the console. */
export const serviceNotActivated = () =>
  new ApiError(401, 'ServiceNotActivated', 'The service is not activated: activate it in the veFaaS console.')

export const invalidRequest = (message: string) => new ApiError(400, 'InvalidRequest', message)
