import { RenewSandboxInput } from '../../../functions/renew-sandbox/input.ts'
import { EXPIRE_AT, SANDBOX_ID } from '../examples.ts'
import { refTo } from '../results.ts'
import { actionWords } from '../words.ts'

export const renewSandbox = actionWords({
  tag: 'Sandboxes',
  input: RenewSandboxInput,
  summary: 'Set the end of a sandbox anew',
  text: `The sandbox ends so many seconds from now, be that later or earlier than before.

From two seconds before its end on, in ERROR or DELETING, and CREATING for too long, it cannot be renewed.`,
  parameters: {
    SandboxId: { text: 'The sandbox.', example: SANDBOX_ID },
    LifetimeSeconds: {
      text: 'Ends so long from now, and at most `lifetime.max_seconds` after its creation. 0 is no end, where the operator allows that.',
      example: 3600,
    },
  },
  example: { SandboxId: SANDBOX_ID, LifetimeSeconds: 3600 },
  answer: {
    properties: { Result: refTo('SandboxLifetime') },
    required: ['Result'],
    examples: { 'The new end': { Result: { SandboxId: SANDBOX_ID, ExpireAt: EXPIRE_AT } } },
  },
  refusals: ['NoSuchSandbox', 'WrongStatus', 'Throttled'],
})
