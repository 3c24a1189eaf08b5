import { StopSandboxInput } from '../../../functions/stop-sandbox/input.ts'
import type { ActionDescription } from '../action-description.ts'
import { EXPIRE_AT, SANDBOX_ID } from '../examples.ts'
import { refTo } from '../results.ts'

export const stopSandboxDescription: ActionDescription = {
  tag: 'Sandboxes',
  input: StopSandboxInput,
  summary: 'Stop a sandbox and keep its disk',
  text: `Shuts down a sandbox that is RUNNING: open programs end, the disk and the address stay. VNC tokens are void from then on. The lifetime of the sandbox goes on.

Whether ECS stops charging for the machine depends on the account and on the type of the machine: \`StoppedMode\` of DescribeSandboxes shows it once the sandbox is STOPPED. A sandbox that is already stopped is a success.`,
  requests: { 'A sandbox': { SandboxId: SANDBOX_ID } },
  answer: {
    properties: { Result: refTo('SandboxChange') },
    required: ['Result'],
    examples: { 'It is stopping': { Result: { SandboxId: SANDBOX_ID, Status: 'STOPPING', ExpireAt: EXPIRE_AT } } },
  },
  failures: ['NoSuchSandbox', 'WrongStatus', 'Throttled'],
}
