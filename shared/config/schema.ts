import { X509Certificate } from 'node:crypto'
import * as v from 'valibot'
import { ConsumersSchema, KeysSchema } from './callers.ts'
import * as rules from './rules.ts'

// The overrides that are allowed by default. The others move the machine to another project or network, or put a secret
// into a URL.
const HARMLESS = ['InstanceName', 'InstanceType', 'ZoneId', 'ImageId', 'UserData', 'TagKey', 'TagValue'] as const

/** Parameters of CreateSandbox that override a configured value. */
export const OVERRIDES = [...HARMLESS, 'ProjectName', 'SubnetId', 'SecurityGroupIds', 'Password'] as const

export type Override = (typeof OVERRIDES)[number]

const OVERRIDES_MESSAGE = `must be a list of ${OVERRIDES.join(', ')}`
const GROUPS_MESSAGE = `${rules.SECURITY_GROUPS[1]}, as a list`

/**
 * Every section and key of config.toml with its type, bounds and default. Every rule has its own message, because
 * valibot's messages quote the value, which may be a secret. A message completes a sentence that begins with the key.
 */
export const ConfigSchema = v.object({
  server: v.object({
    port: integer(0, 65_535, 8102),
    timeout_seconds: integer(3, 900, 25),
  }),
  volcengine: v.object({
    access_key: v.optional(v.string('must be text'), ''),
    secret_key: v.optional(v.string('must be text'), ''),
    session_token: v.optional(v.string('must be text'), ''),
    region: text([/^[a-z]{2}-[a-z0-9-]{2,40}$/, 'must be a region (cn-beijing)'], 'cn-beijing'),
    endpoint: checked(
      isEndpoint,
      'must be https://<host> (http:// for loopback only)',
      'https://open.volcengineapi.com',
    ),
    try_timeout_seconds: integer(1, 120, 10),
    max_tries: integer(1, 10, 4),
  }),
  instance: v.object({
    name: text(rules.INSTANCE_NAME, 'desktop'),
    type: text(rules.INSTANCE_TYPE, 'ecs.g3i.large'),
    image_id: required(rules.IMAGE),
    windows_image_id: text(rules.IMAGE, ''),
    zone: required(rules.ZONE),
    password: checked((value) => value === '' || rules.isPassword(value), rules.PASSWORD_MESSAGE, ''),
    key_pair_name: v.optional(v.string('must be text'), ''),
    user_data: checked((value) => Buffer.byteLength(value) <= 16_384, 'must be at most 16 KiB', ''),
    project_name: text(rules.PROJECT, ''),
    tag_key: text(rules.TAG_KEY, 'managed-by'),
    tag_value: text(rules.TAG_VALUE, 'ecs-manager'),
    volume_type: text([/^\w{1,40}$/, 'must be a volume type (ESSD_PL0)'], 'ESSD_PL0'),
    volume_size: integer(20, 2048, 40),
    spot_strategy: oneOf(['NoSpot', 'SpotAsPriceGo'], 'NoSpot'),
  }),
  network: v.object({
    subnet_id: required(rules.SUBNET),
    security_group_ids: v.optional(
      v.pipe(
        v.array(v.string(GROUPS_MESSAGE), GROUPS_MESSAGE),
        v.check(
          (ids) => rules.SECURITY_GROUPS[0].test(ids.join()) && !ids.some((id) => id.includes(',')),
          GROUPS_MESSAGE,
        ),
      ),
      [],
    ),
    eip_bandwidth_mbps: integer(0, 500, 0),
  }),
  security: v.object({
    auth: oneOf(['key', 'gateway'], 'key'),
    keys: v.optional(KeysSchema, {}),
    consumers: v.optional(ConsumersSchema, {}),
    allowed_overrides: v.optional(v.array(v.picklist(OVERRIDES, OVERRIDES_MESSAGE), OVERRIDES_MESSAGE), [...HARMLESS]),
    // A tag filter shows at most 1,000 instances (ECS documentation, DescribeInstances).
    max_sandboxes: integer(0, 1_000, 0),
    max_sandboxes_per_owner: integer(0, 1_000, 0),
    vnc_token_ttl_seconds: integer(10, 86_400, 300),
    vnc_token_reuse_seconds: integer(0, 86_400, 0),
  }),
  lifetime: v.object({
    default_seconds: integer(0, 999_999_999, 86_400),
    max_seconds: integer(0, 999_999_999, 604_800),
    on_expire: oneOf(['delete', 'stop'], 'delete'),
    stopped_seconds: integer(1, 999_999_999, 604_800),
    unmarked: oneOf(['keep', 'expire'], 'keep'),
    stuck_after_seconds: integer(60, 86_400, 1_800),
    max_deletions_per_run: integer(0, 10_000, 1_000),
    calls_per_second: integer(1, 1_000, 4),
  }),
  stop: v.object({
    mode: oneOf(['StopCharging', 'KeepCharging'], 'StopCharging'),
    force: v.optional(v.boolean('must be true or false'), false),
  }),
  terminal: v.object({
    desktops: v.optional(v.boolean('must be true or false'), true),
    vnc_port: integer(1, 65_535, 5905),
    vnc_password: text([/^[!-~]{4,256}$/, 'must be 4 to 256 characters without space'], ''),
    vnc_url_template: text([/^https?:\/\/.*\{token\}/, 'must be an http(s) address that holds {token}'], ''),
  }),
  windows: v.object({
    agent_scheme: oneOf(['http', 'https'], 'http'),
    agent_port: integer(1, 65_535, 8112),
    // The agent puts an underscore before each capital letter and lower-cases it, so it would set the password of
    // another user.
    agent_user: text(
      [/^[a-z\d_.-]{1,20}$/, 'must be 1 to 20 lower-case letters, digits, _ . or - (Windows ignores case)'],
      'ecs',
    ),
    agent_key: text([/^[!-~]{4,256}$/, 'must be 4 to 256 characters without space'], ''),
    agent_ca: checked(
      (value) => value === '' || areCertificates(value),
      'must be certificates in PEM (-----BEGIN CERTIFICATE-----), each line on a line of its own',
      '',
    ),
    timeout_seconds: integer(1, 60, 10),
  }),
  log: v.object({
    level: oneOf(['info', 'warn', 'error'], 'info'),
    format: oneOf(['json', 'text'], 'json'),
  }),
})

/** The checked configuration, from `config.toml` and the environment. */
export type Config = v.InferOutput<typeof ConfigSchema>

function integer(min: number, max: number, fallback: number) {
  const message = `must be a whole number from ${min} to ${max}`
  return v.optional(
    v.pipe(v.number(message), v.integer(message), v.minValue(min, message), v.maxValue(max, message)),
    fallback,
  )
}

// The default is always valid: an empty text means "none" for a key with that default, even if the pattern rejects it.
function text([pattern, message]: rules.Rule, fallback: string) {
  return checked((value) => value === fallback || pattern.test(value), message, fallback)
}

function checked(isGood: (value: string) => boolean, message: string, fallback: string) {
  return v.optional(v.pipe(v.string(message), v.check(isGood, message)), fallback)
}

// An absent key gets the same message as an empty one: in the shipped config.toml these keys are empty.
function required([pattern, message]: rules.Rule) {
  return v.optional(v.pipe(v.string(message), v.regex(pattern, message)), '')
}

function oneOf<const Option extends string>(options: readonly Option[], fallback: NoInfer<Option>) {
  return v.optional(v.picklist(options, `must be ${options.join(' or ')}`), fallback)
}

function isEndpoint(value: string): boolean {
  const pattern = /^(https:\/\/[a-z0-9.-]+|http:\/\/(127(\.\d+){3}|localhost))(:\d+)?\/?$/
  return pattern.test(value) && URL.canParse(value)
}

// Every certificate is parsed, because Node.js ignores a CA that it cannot read without an error. Text before the first
// certificate is a comment, as in many bundles of CAs.
function areCertificates(value: string): boolean {
  const certificates = value.split(/(?=-----BEGIN )/).filter((part) => part.startsWith('-----BEGIN '))
  return certificates.length > 0 && certificates.every(isCertificate)
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem) !== undefined
  } catch {
    return false
  }
}
