import { DescribeSandboxTerminalUrlInput } from '../../../functions/describe-sandbox-terminal-url/input.ts'
import type { ActionDescription } from '../action-description.ts'
import { EXPIRE_AT, SANDBOX_ID, TOKEN, TOKEN_EXPIRE_AT } from '../examples.ts'
import { EXPIRE_AT_SCHEMA, timeSchema } from '../results.ts'

export const describeSandboxTerminalUrlDescription: ActionDescription = {
  tag: 'Desktops',
  input: DescribeSandboxTerminalUrlInput,
  summary: 'Open the desktop of a sandbox',
  text: `The sandbox must be RUNNING. Each call gives new access to its desktop:

- Linux: a token for a VNC viewer behind websockify. It is valid for \`security.vnc_token_ttl_seconds\` and, unless the operator has configured otherwise, for one connection. A sandbox has at most 8 tokens at a time.
- Windows: the address of the console of the cloud, and a new password, which the agent in the machine has set.`,
  requests: { 'One sandbox': { SandboxId: SANDBOX_ID } },
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
                description:
                  'The viewer sends it to websockify, which checks it with ValidateVncToken. Keep it secret.',
              },
              TokenExpireAt: {
                ...timeSchema('When the token expires, unless it is used before.'),
                examples: [TOKEN_EXPIRE_AT],
              },
              Url: {
                type: 'string',
                description: 'Link to the viewer with the token, if `terminal.vnc_url_template` is set.',
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
                description: 'The new password. Keep it secret.',
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
  failures: ['NoSuchSandbox', 'WrongStatus', 'Throttled', 'AgentRefuses'],
}
