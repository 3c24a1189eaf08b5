import { RebootSandboxInput } from '../../../functions/reboot-sandbox/input.ts'
import type { ActionDescription } from '../action-description.ts'
import { EXPIRE_AT, SANDBOX_ID } from '../examples.ts'
import { refTo } from '../results.ts'

export const rebootSandboxDescription: ActionDescription = {
  tag: 'Sandboxes',
  input: RebootSandboxInput,
  summary: 'Restart a sandbox',
  text: 'Restarts the operating system of a sandbox that is RUNNING: open programs end, the disk and the address stay. A sandbox that is already REBOOTING is a success.',
  requests: { 'A sandbox': { SandboxId: SANDBOX_ID } },
  answer: {
    properties: { Result: refTo('SandboxChange') },
    required: ['Result'],
    examples: { 'It is restarting': { Result: { SandboxId: SANDBOX_ID, Status: 'REBOOTING', ExpireAt: EXPIRE_AT } } },
  },
  failures: ['NoSuchSandbox', 'WrongStatus', 'Throttled'],
}
