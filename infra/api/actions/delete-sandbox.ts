import { DeleteSandboxInput } from '../../../functions/delete-sandbox/input.ts'
import type { ActionDescription } from '../action-description.ts'
import { SANDBOX_ID } from '../examples.ts'
import { SANDBOX_ID_SCHEMA } from '../results.ts'

export const deleteSandboxDescription: ActionDescription = {
  tag: 'Sandboxes',
  input: DeleteSandboxInput,
  summary: 'Delete a sandbox permanently',
  text: `Deletes the machine with its desktop and its data, in any state. If it is still CREATING, the call waits. If that takes too long, the call gets 409 and must be repeated.

Once the machine is gone, the call gets 404, so a retry may treat 404 as success. A new machine may not be visible yet: the call waits 3 seconds for it.`,
  requests: { 'One sandbox': { SandboxId: SANDBOX_ID } },
  answer: {
    properties: {
      Result: {
        type: 'object',
        properties: { SandboxId: SANDBOX_ID_SCHEMA },
        required: ['SandboxId'],
        additionalProperties: false,
      },
    },
    required: ['Result'],
    examples: { 'It is being deleted': { Result: { SandboxId: SANDBOX_ID } } },
  },
  failures: ['NoSuchSandbox', 'WrongStatus', 'Throttled'],
}
