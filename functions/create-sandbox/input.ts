import * as v from 'valibot'
import * as rules from '../../shared/config/rules.ts'
import { OsType, Seconds, Text } from '../../shared/handler/parameter-schemas.ts'

/** The parameters of CreateSandbox, checked with the rules of ECS before the first call. */
export const CreateSandboxInput = v.object({
  OsType: v.optional(OsType, 'Linux'),
  InstanceName: text(rules.INSTANCE_NAME),
  InstanceType: text(rules.INSTANCE_TYPE),
  ZoneId: text(rules.ZONE),
  ImageId: text(rules.IMAGE),
  ProjectName: text(rules.PROJECT),
  SubnetId: text(rules.SUBNET),
  SecurityGroupIds: v.optional(
    v.pipe(
      Text,
      v.regex(...rules.SECURITY_GROUPS),
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
    ),
  ),
  UserData: v.optional(
    v.pipe(
      Text,
      // The base64 command inserts line breaks. A space is an unescaped + of a query, and stays an error.
      v.transform((text) => text.replace(/[\r\n]/g, '')),
      v.check(isUserData, 'must be base64 (RFC 4648) of at most 16 KiB; in a query, + is written %2B'),
    ),
  ),
  TagKey: text(rules.TAG_KEY),
  TagValue: text(rules.TAG_VALUE),
  LifetimeSeconds: v.optional(Seconds),
  ClientToken: text([/^[!-+\--~]{1,64}$/, 'must be 1 to 64 printable ASCII characters without space and comma']),
})

function text(rule: rules.Rule) {
  return v.optional(v.pipe(Text, v.regex(...rule)))
}

// Node.js decodes any text; encoding the result again shows whether the text was base64.
function isUserData(text: string): boolean {
  const bytes = Buffer.from(text, 'base64')
  return text.length <= 21_848 && bytes.length <= 16_384 && bytes.toString('base64') === text
}
