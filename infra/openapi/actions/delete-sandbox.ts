import { DeleteSandboxInput } from '../../../functions/delete-sandbox/input.ts'
import { SANDBOX_ID } from '../examples.ts'
import { SANDBOX_ID_SCHEMA } from '../results.ts'
import { actionWords } from '../words.ts'

export const deleteSandbox = actionWords({
  tag: 'Sandboxes',
  input: DeleteSandboxInput,
  summary: 'Delete a sandbox for good',
  text: `Deletes the machine with its desktop and its data, in whatever state it is. One that is still CREATING is waited for; if that takes too long, the answer is 409, and the call is to be repeated.

Once the machine is gone, the answer is 404: who repeats a deletion may take that for success. A machine that was just made may not be visible yet; the call waits 3 seconds for it.`,
  parameters: { SandboxId: { text: 'The sandbox.', example: SANDBOX_ID } },
  example: { SandboxId: SANDBOX_ID },
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
  refusals: ['NoSuchSandbox', 'WrongStatus', 'Throttled'],
})
