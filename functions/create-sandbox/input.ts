import * as v from 'valibot'
import * as rules from '../../shared/config/rules.ts'
import { OsType, Seconds, Text } from '../../shared/handler/parameter-schemas.ts'

const OVERRIDE = 'Only if the operator allows it (`security.allowed_overrides`).'

/** The parameters of CreateSandbox, checked with the rules of ECS before the first call. */
export const CreateSandboxInput = v.pipe(
  v.object({
    OsType: v.optional(v.pipe(OsType, v.metadata({ description: 'Operating system.' })), 'Linux'),
    LifetimeSeconds: v.optional(
      v.pipe(
        Seconds,
        v.metadata({
          description:
            'Time from the creation to the end of the sandbox, unless it is renewed: at most `lifetime.max_seconds`. 0 means no end, if the operator allows that. Default: as configured.',
        }),
      ),
    ),
    ClientToken: text([/^[!-+\--~]{1,64}$/, 'must be 1 to 64 printable ASCII characters without space and comma'], {
      description: 'Calls with the same token create one machine.',
      examples: ['task-7-try'],
    }),
    InstanceName: text(rules.INSTANCE_NAME, {
      description: 'The machine is called `sandbox-<InstanceName>`. Default: as configured.',
      examples: ['agent-1'],
    }),
    InstanceType: text(rules.INSTANCE_TYPE, {
      description: 'Type of the machine: its processors and memory. Default: as configured.',
      examples: ['ecs.g3i.large'],
    }),
    ZoneId: text(rules.ZONE, {
      description: 'Zone of the machine. Default: as configured.',
      examples: ['cn-beijing-a'],
    }),
    ImageId: text(rules.IMAGE, {
      description: 'Image that the machine boots from. Default: as configured for its operating system.',
      examples: ['image-desktop'],
    }),
    ProjectName: text(rules.PROJECT, {
      description: `Project in the cloud account. ${OVERRIDE}`,
      examples: ['agents'],
    }),
    SubnetId: text(rules.SUBNET, { description: `Subnet of the machine. ${OVERRIDE}`, examples: ['subnet-1'] }),
    SecurityGroupIds: v.optional(
      v.pipe(
        Text,
        v.regex(...rules.SECURITY_GROUPS),
        v.metadata({
          description: `Security groups, separated by commas. A query may also have them as \`SecurityGroupIds.1=sg-1&SecurityGroupIds.2=sg-2\`, and a JSON body as a list. ${OVERRIDE}`,
          examples: ['sg-1,sg-2'],
          type: ['string', 'array'],
          items: { type: 'string', pattern: '^sg-[\\w-]{1,60}$' },
          minItems: 1,
          maxItems: 5,
        }),
        v.transform((ids) => ids.split(',')),
      ),
    ),
    // No comma: the runtime joins repeated parameters with one.
    Password: v.optional(
      v.pipe(
        Text,
        v.check(
          (password) => rules.isPassword(password) && !password.includes(','),
          `${rules.PASSWORD_MESSAGE}, without a comma`,
        ),
        v.metadata({
          description: `Password of the machine's user. Send it in a body, not in a URL. ${OVERRIDE}`,
          format: 'password',
          minLength: 8,
          maxLength: 30,
          pattern: '^[!-~]*$',
        }),
      ),
    ),
    UserData: v.optional(
      v.pipe(
        Text,
        // The base64 command inserts line breaks. A space is an unescaped + of a query, and stays an error.
        v.transform((text) => text.replace(/[\r\n]/g, '')),
        v.check(isUserData, 'must be base64 (RFC 4648) of at most 16 KiB; in a query, + is written %2B'),
        v.metadata({
          description: 'Script that cloud-init runs at the first boot, in base64, with or without line breaks.',
          examples: ['IyEvYmluL3NoCmVjaG8gcmVhZHkgPiAvdmFyL2xvZy9hZ2VudAo='],
          pattern: '^[A-Za-z0-9+/\\r\\n]*={0,2}[\\r\\n]*$',
        }),
      ),
    ),
    TagKey: text(rules.TAG_KEY, {
      description: 'Key of an additional tag, other than the tags of the manager. Needs `TagValue`.',
      examples: ['team'],
    }),
    TagValue: text(rules.TAG_VALUE, { description: 'Value of the additional tag.', examples: ['research'] }),
  }),
  v.metadata({ dependentRequired: { TagKey: ['TagValue'], TagValue: ['TagKey'] } }),
)

function text(rule: rules.Rule, metadata: { description: string; examples: readonly string[] }) {
  return v.optional(v.pipe(Text, v.regex(...rule), v.metadata(metadata)))
}

// Node.js decodes any text; encoding the result again shows whether the text was base64.
function isUserData(text: string): boolean {
  const bytes = Buffer.from(text, 'base64')
  return text.length <= 21_848 && bytes.length <= 16_384 && bytes.toString('base64') === text
}
