import { DescribeSandboxTerminalUrlInput } from '../../../functions/describe-sandbox-terminal-url/input.ts'
import { EXPIRE_AT, SANDBOX_ID, TOKEN, TOKEN_EXPIRE_AT } from '../examples.ts'
import { EXPIRE_AT_SCHEMA, time } from '../results.ts'
import { actionWords } from '../words.ts'

export const describeSandboxTerminalUrl = actionWords({
  tag: 'Desktops',
  input: DescribeSandboxTerminalUrlInput,
  summary: 'Open the desktop of a sandbox',
  text: `The sandbox has to be RUNNING. Each call opens a new way to its desktop:

- Linux: a token for a VNC viewer behind websockify. It is good for \`security.vnc_token_ttl_seconds\` and, unless the operator has said otherwise, for one connection. A sandbox has at most 8 of them at a time.
- Windows: the address of the console of the cloud, and a fresh password, which the agent in the machine has set.`,
  parameters: { SandboxId: { text: 'The sandbox.', example: SANDBOX_ID } },
  example: { SandboxId: SANDBOX_ID },
  answer: {
    properties: {
      Result: {
        oneOf: [
          {
            title: 'Linux',
            type: 'object',
            properties: {
              OsType: { const: 'Linux' },
              Token: {
                type: 'string',
                pattern: '^i-[a-z0-9]{1,62}\\.[A-Za-z0-9_-]{43}$',
                description: 'What a viewer shows to websockify, which asks ValidateVncToken. It is a secret.',
              },
              TokenExpireAt: {
                ...time('When the token ends, if it is not used before.'),
                examples: [TOKEN_EXPIRE_AT],
              },
              Url: {
                type: 'string',
                description: 'Link to the viewer with the token, where `terminal.vnc_url_template` is set.',
              },
              ExpireAt: EXPIRE_AT_SCHEMA,
            },
            required: ['OsType', 'Token', 'TokenExpireAt'],
            additionalProperties: false,
          },
          {
            title: 'Windows',
            type: 'object',
            properties: {
              OsType: { const: 'Windows' },
              Url: { type: 'string', description: 'The console of the cloud.' },
              WindowsKey: {
                type: 'string',
                pattern: '^[a-z][a-z0-9@]+$',
                maxLength: 14,
                description: 'The new password. It is a secret.',
              },
              ExpireAt: EXPIRE_AT_SCHEMA,
            },
            required: ['OsType', 'Url', 'WindowsKey'],
            additionalProperties: false,
          },
        ],
      },
    },
    required: ['Result'],
    examples: {
      Linux: { Result: { OsType: 'Linux', Token: TOKEN, TokenExpireAt: TOKEN_EXPIRE_AT, ExpireAt: EXPIRE_AT } },
      'Linux, with the link to a viewer': {
        Result: {
          OsType: 'Linux',
          Token: TOKEN,
          TokenExpireAt: TOKEN_EXPIRE_AT,
          ExpireAt: EXPIRE_AT,
          Url: `https://viewer.example.com/vnc.html#autoconnect=true&resize=scale&path=websockify%3Ftoken%3D${TOKEN}`,
        },
      },
      Windows: {
        Result: {
          OsType: 'Windows',
          Url: 'wss://console.example.com/terminal?id=1',
          WindowsKey: 'kx3v09fe2lq0@7',
          ExpireAt: EXPIRE_AT,
        },
      },
    },
  },
  refusals: ['NoSuchSandbox', 'WrongStatus', 'Throttled', 'AgentRefuses'],
})
