import { StartSandboxInput } from '../../../functions/start-sandbox/input.ts'
import type { ActionDescription } from '../action-description.ts'
import { EXPIRE_AT, SANDBOX_ID } from '../examples.ts'
import { refTo } from '../results.ts'

export const startSandboxDescription: ActionDescription = {
  tag: 'Sandboxes',
  input: StartSandboxInput,
  summary: 'Start a sandbox that is stopped',
  text: `Boots a sandbox that is STOPPED. A sandbox that is already starting or RUNNING is a success. A sandbox past its end must be renewed first.

The cloud may have no room for the machine: then the answer is 503, or the sandbox is STOPPED again after it was STARTING. Its disk is safe, and it can be started later.`,
  requests: { 'A sandbox': { SandboxId: SANDBOX_ID } },
  answer: {
    properties: { Result: refTo('SandboxChange') },
    required: ['Result'],
    examples: { 'It is starting': { Result: { SandboxId: SANDBOX_ID, Status: 'STARTING', ExpireAt: EXPIRE_AT } } },
  },
  failures: ['NoSuchSandbox', 'WrongStatus', 'Throttled', 'NoRoomForMachine'],
}
