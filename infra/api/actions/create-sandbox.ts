import { CreateSandboxInput } from '../../../functions/create-sandbox/input.ts'
import type { ActionDescription } from '../action-description.ts'
import { EXPIRE_AT, SANDBOX_ID } from '../examples.ts'
import { refTo } from '../results.ts'

export const createSandboxDescription: ActionDescription = {
  tag: 'Sandboxes',
  input: CreateSandboxInput,
  summary: 'Create a sandbox',
  text: `Creates a machine and returns its id at once. The machine then boots for some time. DescribeSandboxes shows when it is RUNNING.

Send a \`ClientToken\`, or an \`X-Request-ID\`: calls with the same one create one machine, however often they are repeated. The same token from another caller creates another machine. If the cloud does not confirm a creation, or does not show its machine yet, the error message contains the token for the retry.`,
  requests: {
    'A Linux desktop for an hour': { OsType: 'Linux', LifetimeSeconds: 3600, InstanceName: 'agent-1' },
    'With a token, so that it can be repeated': { LifetimeSeconds: 3600, ClientToken: 'task-7-try' },
    'Everything as configured': {},
  },
  answer: {
    properties: { Result: refTo('SandboxLifetime') },
    required: ['Result'],
    examples: { 'A new sandbox': { Result: { SandboxId: SANDBOX_ID, ExpireAt: EXPIRE_AT } } },
  },
  failures: ['OverrideDenied', 'NoSuchAction', 'TokenSpent', 'NoRoom'],
}
