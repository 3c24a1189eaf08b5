import { action } from '../../shared/handler/action.ts'
import { validateVncToken } from '../../shared/manager/validate-vnc-token.ts'
import { ValidateVncTokenInput } from './input.ts'

/**
 * Returns the address of the desktop of a token, for a VNC proxy. The answer has no envelope: websockify's JSONTokenApi
 * reads `host` and `port` at the top level of any 2xx answer, so a refusal must not be 2xx.
 */
export const handler = action({
  name: 'ValidateVncToken',
  input: ValidateVncTokenInput,
  run: ({ Token }, call) => validateVncToken(call, Token),
  body: (address) => address,
})

export { initializer } from '../../shared/manager/initializer.ts'
