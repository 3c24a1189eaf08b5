import { action } from '../../shared/handler/action.ts'
import { initializer as initialize } from '../../shared/handler/initializer.ts'
import { openConnection } from '../../shared/manager/open-connection.ts'
import { validateVncToken } from '../../shared/manager/validate-vnc-token.ts'
import { ValidateVncTokenInput } from './input.ts'

/**
 * Tells a VNC proxy where the desktop of a token is. The answer is bare: websockify's JSONTokenApi reads `host` and
 * `port` at the top level of any 2xx, so a refusal is never one.
 */
export const handler = action({
  name: 'ValidateVncToken',
  input: ValidateVncTokenInput,
  run: ({ Token }, call) => validateVncToken(call, Token),
  body: (address) => address,
})

export const initializer = initialize(openConnection)
