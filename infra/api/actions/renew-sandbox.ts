import { RenewSandboxInput } from '../../../functions/renew-sandbox/input.ts'
import type { ActionDescription } from '../action-description.ts'
import { EXPIRE_AT, SANDBOX_ID } from '../examples.ts'
import { refTo } from '../results.ts'

export const renewSandboxDescription: ActionDescription = {
  tag: 'Sandboxes',
  input: RenewSandboxInput,
  summary: 'Set a new end for a sandbox',
  text: `The sandbox ends after this number of seconds from now, which may be later or earlier than before.

It cannot be renewed from two seconds before its end, in ERROR or DELETING, or if it has been CREATING for too long.`,
  requests: { 'An hour from now': { SandboxId: SANDBOX_ID, LifetimeSeconds: 3600 } },
  answer: {
    properties: { Result: refTo('SandboxLifetime') },
    required: ['Result'],
    examples: { 'The new end': { Result: { SandboxId: SANDBOX_ID, ExpireAt: EXPIRE_AT } } },
  },
  failures: ['NoSuchSandbox', 'WrongStatus', 'Throttled'],
}
