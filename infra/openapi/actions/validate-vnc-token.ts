import { ValidateVncTokenInput } from '../../../functions/validate-vnc-token/input.ts'
import { TOKEN } from '../examples.ts'
import { actionWords } from '../words.ts'

export const validateVncToken = actionWords({
  tag: 'Desktops',
  input: ValidateVncTokenInput,
  summary: 'Tell a VNC proxy where the desktop of a token is',
  text: `For websockify and its \`JSONTokenApi\`, not for people: it uses the token up. With \`security.vnc_token_reuse_seconds\` the token is good for so long after its first use.

The answer is bare, without the envelope: \`host\` and \`port\` stand at the top. A refusal is never 2xx, and has the envelope.`,
  parameters: {
    Token: {
      text: 'A token of DescribeSandboxTerminalUrl: the id of the sandbox, a dot, and 43 characters of base64url.',
      example: TOKEN,
    },
  },
  example: { Token: TOKEN },
  answer: {
    properties: {
      host: { type: 'string', description: 'Address of the sandbox.' },
      port: { type: 'integer', minimum: 1, maximum: 65_535, description: 'Port of its VNC server.' },
    },
    required: ['host', 'port'],
    examples: { 'Where the desktop is': { host: '10.0.0.5', port: 5905 } },
  },
  isBare: true,
  refusals: ['TokenExpired', 'NoSuchToken', 'Throttled'],
})
