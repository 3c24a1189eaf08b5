import { ValidateVncTokenInput } from '../../../functions/validate-vnc-token/input.ts'
import type { ActionDescription } from '../action-description.ts'
import { TOKEN } from '../examples.ts'

export const validateVncTokenDescription: ActionDescription = {
  tag: 'Desktops',
  input: ValidateVncTokenInput,
  summary: 'Tell a VNC proxy where the desktop of a token is',
  text: `For websockify and its \`JSONTokenApi\`, not for people: the call uses the token up. With \`security.vnc_token_reuse_seconds\`, the token stays valid for that time after its first use.

The answer has no envelope: \`host\` and \`port\` are at the top level. A failure has the envelope, and never a 2xx status.`,
  requests: { 'A token': { Token: TOKEN } },
  answer: {
    properties: {
      host: { type: 'string', description: 'Address of the sandbox.' },
      port: { type: 'integer', minimum: 1, maximum: 65_535, description: 'Port of its VNC server.' },
    },
    required: ['host', 'port'],
    examples: { 'Address of the desktop': { host: '10.0.0.5', port: 5905 } },
  },
  isBare: true,
  failures: ['TokenExpired', 'NoSuchToken', 'Throttled'],
}
