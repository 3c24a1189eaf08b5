import * as v from 'valibot'
import { action } from '../../shared/handler/action.ts'
import { initializer as initialize } from '../../shared/handler/initializer.ts'
import { openConnection, terminals } from '../../shared/manager/index.ts'

/**
 * Tells a VNC proxy where the desktop of a token is. The answer is bare: websockify's JSONTokenApi reads `host` and
 * `port` at the top level of any 2xx, so a refusal is never one.
 */
export const handler = action({
  name: 'ValidateVncToken',
  input: v.object({ Token: v.string() }),
  run: ({ Token }, call) => terminals(call).admit(Token),
  body: (address) => address,
})

export const initializer = initialize(openConnection)
