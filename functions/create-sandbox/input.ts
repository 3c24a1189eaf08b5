import * as v from 'valibot'
import {
  IMAGE,
  INSTANCE_NAME,
  INSTANCE_TYPE,
  isPassword,
  PASSWORD_MESSAGE,
  PROJECT,
  type Rule,
  SECURITY_GROUPS,
  SUBNET,
  TAG_KEY,
  TAG_VALUE,
  ZONE,
} from '../../shared/config/rules.ts'
import { OsType, Text, wholeSeconds } from '../../shared/handler/parameter-schemas.ts'

/** The parameters of CreateSandbox, checked with the rules of ECS before the first call. */
export const CreateSandboxInput = v.object({
  OsType: v.optional(OsType, 'Linux'),
  InstanceName: text(INSTANCE_NAME),
  InstanceType: text(INSTANCE_TYPE),
  ZoneId: text(ZONE),
  ImageId: text(IMAGE),
  ProjectName: text(PROJECT),
  SubnetId: text(SUBNET),
  SecurityGroupIds: v.optional(
    v.pipe(
      Text,
      v.regex(...SECURITY_GROUPS),
      v.transform((ids) => ids.split(',')),
    ),
  ),
  // No comma: the runtime joins repeated parameters with one.
  Password: v.optional(
    v.pipe(
      Text,
      v.check((password) => isPassword(password) && !password.includes(','), `${PASSWORD_MESSAGE}, without a comma`),
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
  TagKey: text(TAG_KEY),
  TagValue: text(TAG_VALUE),
  LifetimeSeconds: v.optional(wholeSeconds()),
  ClientToken: text([/^[!-+\--~]{1,64}$/, 'must be 1 to 64 printable ASCII characters without space and comma']),
})

function text(rule: Rule) {
  return v.optional(v.pipe(Text, v.regex(...rule)))
}

// Node.js decodes any text; encoding the result again shows whether the text was base64.
function isUserData(text: string): boolean {
  const bytes = Buffer.from(text, 'base64')
  return text.length <= 21_848 && bytes.length <= 16_384 && bytes.toString('base64') === text
}
