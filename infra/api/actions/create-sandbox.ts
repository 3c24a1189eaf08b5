import { CreateSandboxInput } from '../../../functions/create-sandbox/input.ts'
import { describeAction } from '../action-description.ts'
import { EXPIRE_AT, SANDBOX_ID } from '../examples.ts'
import { refTo } from '../results.ts'

const OVERRIDE = 'Only if the operator allows it (`security.allowed_overrides`).'

export const createSandboxDescription = describeAction({
  tag: 'Sandboxes',
  input: CreateSandboxInput,
  summary: 'Create a sandbox',
  text: `Creates a machine and returns its id at once. The machine then boots for some time. DescribeSandboxes shows when it is RUNNING.

Send a \`ClientToken\`, or an \`X-Request-ID\`: calls with the same one create one machine, however often they are repeated. The same token from another caller creates another machine. If the cloud does not confirm a creation, or does not show its machine yet, the error message contains the token for the retry.`,
  parameters: {
    OsType: { text: 'Operating system.', example: 'Linux' },
    InstanceName: {
      text: 'The machine is called `sandbox-<InstanceName>`. Default: as configured.',
      example: 'agent-1',
    },
    InstanceType: {
      text: 'Type of the machine: its processors and memory. Default: as configured.',
      example: 'ecs.g3i.large',
    },
    ZoneId: { text: 'Zone of the machine. Default: as configured.', example: 'cn-beijing-a' },
    ImageId: {
      text: 'Image that the machine boots from. Default: as configured for its operating system.',
      example: 'image-desktop',
    },
    ProjectName: { text: `Project in the cloud account. ${OVERRIDE}`, example: 'agents' },
    SubnetId: { text: `Subnet of the machine. ${OVERRIDE}`, example: 'subnet-1' },
    SecurityGroupIds: {
      text: `Security groups, separated by commas. A query may also have them as \`SecurityGroupIds.1=sg-1&SecurityGroupIds.2=sg-2\`, and a JSON body as a list. ${OVERRIDE}`,
      example: 'sg-1,sg-2',
      inBody: {
        type: ['string', 'array'],
        items: { type: 'string', pattern: '^sg-[\\w-]{1,60}$' },
        minItems: 1,
        maxItems: 5,
      },
    },
    Password: {
      text: `Password of the machine's user. Send it in a body, not in a URL. ${OVERRIDE}`,
      schema: { type: 'string', format: 'password', minLength: 8, maxLength: 30, pattern: '^[!-~]*$' },
    },
    UserData: {
      text: 'Script that cloud-init runs at the first boot, in base64, with or without line breaks.',
      example: 'IyEvYmluL3NoCmVjaG8gcmVhZHkgPiAvdmFyL2xvZy9hZ2VudAo=',
      schema: { type: 'string', contentEncoding: 'base64', pattern: '^[A-Za-z0-9+/\\r\\n]*={0,2}[\\r\\n]*$' },
    },
    TagKey: {
      text: 'Key of an additional tag, other than the tags of the manager. Needs `TagValue`.',
      example: 'team',
    },
    TagValue: { text: 'Value of the additional tag.', example: 'research' },
    LifetimeSeconds: {
      text: 'Time from the creation to the end of the sandbox, unless it is renewed: at most `lifetime.max_seconds`. 0 means no end, if the operator allows that. Default: as configured.',
      example: 3600,
    },
    ClientToken: { text: 'Calls with the same token create one machine.', example: 'task-7-try' },
  },
  together: { dependentRequired: { TagKey: ['TagValue'], TagValue: ['TagKey'] } },
  example: { OsType: 'Linux', InstanceName: 'agent-1', LifetimeSeconds: 3600, ClientToken: 'task-7-try' },
  answer: {
    properties: { Result: refTo('SandboxLifetime') },
    required: ['Result'],
    examples: { 'A new sandbox': { Result: { SandboxId: SANDBOX_ID, ExpireAt: EXPIRE_AT } } },
  },
  failures: ['OverrideDenied', 'NoSuchAction', 'TokenSpent', 'NoRoom'],
})
