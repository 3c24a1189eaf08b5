import * as v from 'valibot'
import { isPassword } from '../../shared/config/schema.ts'
import { OsType } from '../../shared/handler/parameters.ts'

/**
 * The parameters of CreateSandbox. Their bounds are ECS's for RunInstances (ECS API reference), so that a mistake is
 * named before the cloud is called.
 */
export const CreateSandboxInput = v.object({
  OsType: v.optional(OsType, 'Linux'),
  InstanceName: text(/^[\p{L}\p{N}_.-]{1,120}$/u, 'must be 1 to 120 letters, digits and _ . -'),
  InstanceType: text(/^[a-z0-9]+(\.[a-z0-9]+)+$/, 'must be an instance type such as ecs.g3i.large'),
  ZoneId: text(/^[a-z0-9-]{3,40}$/, 'must be a zone such as cn-beijing-a'),
  ImageId: text(/^image-[\w-]{1,60}$/, 'must be the id of an image (image-...)'),
  ProjectName: text(/^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits and _ . -'),
  SubnetId: text(/^subnet-[\w-]{1,60}$/, 'must be the id of a subnet (subnet-...)'),
  SecurityGroupIds: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^sg-[\w-]{1,60}(,sg-[\w-]{1,60}){0,4}$/, 'must be 1 to 5 ids of security groups (sg-...), written a,b'),
      v.transform((ids) => ids.split(',')),
    ),
  ),
  Password: v.optional(
    v.pipe(
      v.string(),
      v.check(
        (password) => isPassword(password) && !password.includes(','),
        'must have 8 to 30 characters, of three kinds (upper, lower, digit, special), no comma, and not start with / or $6$',
      ),
    ),
  ),
  UserData: v.optional(v.pipe(v.string(), v.check(isUserData, 'must be base64 (RFC 4648) of at most 16 KiB'))),
  TagKey: text(
    /^(?!volc:|sys:|ecs-manager:)[\p{L}\p{N} _.:/=+@-]{1,128}$/iu,
    'must be 1 to 128 letters, digits, spaces and _ . : / = + - @, not beginning with volc:, sys: or ecs-manager:',
  ),
  TagValue: text(/^[\p{L}\p{N} _.:/=+@-]{1,256}$/u, 'must be 1 to 256 letters, digits, spaces and _ . : / = + - @'),
  ClientToken: text(
    /^[\x21-\x2b\x2d-\x7e]{1,64}$/,
    'must be 1 to 64 printable ASCII characters without space and comma',
  ),
})

function text(pattern: RegExp, message: string) {
  return v.optional(v.pipe(v.string(), v.regex(pattern, message)))
}

// Node's decoder takes anything; encoding again shows whether it was base64.
function isUserData(text: string): boolean {
  if (text.length > 21_848) return false
  const bytes = Buffer.from(text, 'base64')
  return bytes.length <= 16_384 && bytes.toString('base64') === text
}
