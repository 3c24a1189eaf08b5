/** A pattern, and its message, which completes a sentence that begins with the name of the value. */
export type Rule = readonly [pattern: RegExp, message: string]

/** The characters of names. */
const WORD = 'letters, digits and _ . -'

/**
 * The values that ECS accepts (ECS API reference, RunInstances and TagResources). They hold for the configuration and
 * for the parameters of CreateSandbox.
 */
export const INSTANCE_NAME: Rule = [/^[\p{L}\p{N}_.-]{1,120}$/u, `must be 1 to 120 ${WORD}`]
export const INSTANCE_TYPE: Rule = [/^[a-z0-9]+(\.[a-z0-9]+)+$/, 'must be an instance type (ecs.g3i.large)']
export const ZONE: Rule = [/^[a-z0-9-]{3,40}$/, 'must be a zone (cn-beijing-a)']
export const IMAGE: Rule = [/^image-[\w-]{1,60}$/, 'must be the id of an image (image-...)']
export const PROJECT: Rule = [/^[\w.-]{1,64}$/, `must be 1 to 64 ${WORD}`]
export const SUBNET: Rule = [/^subnet-[\w-]{1,60}$/, 'must be the id of a subnet (subnet-...)']
export const SECURITY_GROUPS: Rule = [
  /^sg-[\w-]{1,60}(,sg-[\w-]{1,60}){0,4}$/,
  'must be 1 to 5 ids of security groups (sg-...)',
]
const TAG_CHARACTERS = 'letters, digits, spaces and _ . : / = + - @'
// ECS reserves the first two prefixes and the manager reserves the third, in upper and lower case. The flag i is not
// used: with it, \p{L} also matches U+0345, which is a mark and not a letter.
export const TAG_KEY: Rule = [
  /^(?![Vv][Oo][Ll][Cc]:|[Ss][Yy][Ss]:|[Ee][Cc][Ss]-[Mm][Aa][Nn][Aa][Gg][Ee][Rr]:)[\p{L}\p{N} _.:/=+@-]{1,128}$/u,
  `must be 1 to 128 ${TAG_CHARACTERS}, not beginning with volc:, sys: or ecs-manager:`,
]
export const TAG_VALUE: Rule = [/^[\p{L}\p{N} _.:/=+@-]{1,256}$/u, `must be 1 to 256 ${TAG_CHARACTERS}`]

/** Completes a sentence that begins with the name of the parameter or key. */
export const PASSWORD_MESSAGE =
  'must have 8 to 30 characters of three kinds (upper, lower, digit, special but " and \\) and not begin with / or $6$'

/** Whether ECS accepts the password (ECS API reference, RunInstances). */
export function isPassword(value: string): boolean {
  const kinds = [/[A-Z]/, /[a-z]/, /\d/, /[^A-Za-z\d]/].filter((kind) => kind.test(value)).length
  return kinds > 2 && /^(?!\/|\$6\$)(?!.*["\\])[!-~]{8,30}$/.test(value)
}
