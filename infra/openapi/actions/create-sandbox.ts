import { CreateSandboxInput } from '../../../functions/create-sandbox/input.ts'
import { EXPIRE_AT, SANDBOX_ID } from '../examples.ts'
import { refTo } from '../results.ts'
import { actionWords } from '../words.ts'

const OVERRIDE = 'Only where the operator allows it (`security.allowed_overrides`).'

export const createSandbox = actionWords({
  tag: 'Sandboxes',
  input: CreateSandboxInput,
  summary: 'Make a sandbox',
  text: `Makes a machine and answers its id at once; it boots for some time then, and DescribeSandboxes tells when it is RUNNING.

Send a \`ClientToken\`, or an \`X-Request-ID\`: the same one creates one machine, however often the call is repeated. Another caller's identical token creates a separate machine. If the cloud does not confirm a creation, or does not show its machine yet, the message of the error holds the token to repeat the call with.`,
  parameters: {
    OsType: { text: 'The operating system.', example: 'Linux' },
    InstanceName: {
      text: 'The machine is called `sandbox-<InstanceName>`. As configured, where left out.',
      example: 'agent-1',
    },
    InstanceType: {
      text: 'Type of the machine: its processors and memory. As configured, where left out.',
      example: 'ecs.g3i.large',
    },
    ZoneId: { text: 'Zone in which it is made. As configured, where left out.', example: 'cn-beijing-a' },
    ImageId: {
      text: 'Image that it boots from. As configured for its operating system, where left out.',
      example: 'image-desktop',
    },
    ProjectName: { text: `Project of the cloud account. ${OVERRIDE}`, example: 'agents' },
    SubnetId: { text: `Subnet that it is in. ${OVERRIDE}`, example: 'subnet-1' },
    SecurityGroupIds: {
      text: `Security groups, joined with commas. A query may have them as \`SecurityGroupIds.1=sg-1&SecurityGroupIds.2=sg-2\` too, and a JSON body as a list. ${OVERRIDE}`,
      example: 'sg-1,sg-2',
      inBody: {
        type: ['string', 'array'],
        items: { type: 'string', pattern: '^sg-[\\w-]{1,60}$' },
        minItems: 1,
        maxItems: 5,
      },
    },
    Password: {
      text: `Password of the machine's user. It should not stand in a URL: send it in a body. ${OVERRIDE}`,
      schema: { type: 'string', format: 'password', minLength: 8, maxLength: 30, pattern: '^[!-~]*$' },
    },
    UserData: {
      text: 'Script that cloud-init runs at the first boot, in base64, with or without line breaks.',
      example: 'IyEvYmluL3NoCmVjaG8gcmVhZHkgPiAvdmFyL2xvZy9hZ2VudAo=',
      schema: { type: 'string', contentEncoding: 'base64', pattern: '^[A-Za-z0-9+/\\r\\n]*={0,2}[\\r\\n]*$' },
    },
    TagKey: {
      text: 'Key of one more tag, beside those of the manager, and not that of the manager. Needs `TagValue`.',
      example: 'team',
    },
    TagValue: { text: 'Value of that tag.', example: 'research' },
    LifetimeSeconds: {
      text: 'Ends so long after its creation, unless it is renewed: at most `lifetime.max_seconds`. 0 is no end, where the operator allows that. As configured, where left out.',
      example: 3600,
    },
    ClientToken: { text: 'Makes one machine, however often it is sent.', example: 'task-7-try' },
  },
  together: { dependentRequired: { TagKey: ['TagValue'], TagValue: ['TagKey'] } },
  example: { OsType: 'Linux', InstanceName: 'agent-1', LifetimeSeconds: 3600, ClientToken: 'task-7-try' },
  answer: {
    properties: { Result: refTo('SandboxLifetime') },
    required: ['Result'],
    examples: { 'A new sandbox': { Result: { SandboxId: SANDBOX_ID, ExpireAt: EXPIRE_AT } } },
  },
  refusals: ['OverrideDenied', 'NoSuchAction', 'TokenSpent', 'NoRoom'],
})
