import { X509Certificate } from 'node:crypto'
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
} from './rules.ts'

// What a caller may choose by default. The others move the machine out of its fence, or put a secret into a URL.
const HARMLESS = ['InstanceName', 'InstanceType', 'ZoneId', 'ImageId', 'UserData', 'TagKey', 'TagValue'] as const

/** Parameters of CreateSandbox that put something else in the place of what the operator configured. */
export const OVERRIDES = [...HARMLESS, 'ProjectName', 'SubnetId', 'SecurityGroupIds', 'Password'] as const

export type Override = (typeof OVERRIDES)[number]

/**
 * Every section and key of config.toml with its type, bounds and default. A message is the end of a sentence that begins
 * with the name of the key, and never holds the value: it may be a secret.
 */
export const sections = {
  server: {
    port: whole(0, 65_535, 8102),
    timeout_seconds: whole(3, 900, 25),
  },
  volcengine: {
    access_key: checked(() => true, 'must be text', ''),
    secret_key: checked(() => true, 'must be text', ''),
    session_token: checked(() => true, 'must be text', ''),
    region: text([/^[a-z]{2}-[a-z0-9-]{2,40}$/, 'must be a region (cn-beijing)'], 'cn-beijing'),
    endpoint: checked(
      isEndpoint,
      'must be https://<host> (http:// for loopback only)',
      'https://open.volcengineapi.com',
    ),
    try_timeout_seconds: whole(1, 120, 10),
    max_tries: whole(1, 10, 4),
  },
  instance: {
    name: text(INSTANCE_NAME, 'desktop'),
    type: text(INSTANCE_TYPE, 'ecs.g3i.large'),
    image_id: needed(IMAGE),
    windows_image_id: text(IMAGE, ''),
    zone: needed(ZONE),
    password: checked((value) => value === '' || isPassword(value), PASSWORD_MESSAGE, ''),
    key_pair_name: checked(() => true, 'must be text', ''),
    user_data: checked((value) => Buffer.byteLength(value) <= 16_384, 'must be at most 16 KiB', ''),
    project_name: text(PROJECT, ''),
    tag_key: text(TAG_KEY, 'managed-by'),
    tag_value: text(TAG_VALUE, 'ecs-manager'),
    volume_type: text([/^\w{1,40}$/, 'must be a volume type (ESSD_PL0)'], 'ESSD_PL0'),
    volume_size: whole(20, 2048, 40),
    spot_strategy: oneOf(['NoSpot', 'SpotAsPriceGo'], 'NoSpot'),
  },
  network: {
    subnet_id: needed(SUBNET),
    security_group_ids: json<readonly string[]>(
      (value) =>
        Array.isArray(value) &&
        SECURITY_GROUPS[0].test(value.join()) &&
        value.every((id) => typeof id === 'string' && !id.includes(',')),
      `${SECURITY_GROUPS[1]}, as a list`,
      [],
    ),
    eip_bandwidth_mbps: whole(0, 500, 0),
  },
  security: {
    auth: oneOf(['key', 'gateway'], 'key'),
    keys: json<Readonly<Record<string, string>>>(
      (value) => isTable(value) && Object.entries(value).every(isKey),
      'must be a table of <name> = "<key>" (8 to 256 characters, no space, no comma) or "sha256:<hex>"',
      {},
    ),
    allowed_overrides: json<readonly Override[]>(
      (value) => Array.isArray(value) && value.every((name) => OVERRIDES.includes(name)),
      `must be a list of ${OVERRIDES.join(', ')}`,
      HARMLESS,
    ),
    // A tag filter counts no further.
    max_sandboxes: whole(0, 1_000, 0),
    vnc_token_ttl_seconds: whole(10, 86_400, 300),
    vnc_token_reuse_seconds: whole(0, 86_400, 0),
  },
  lifetime: {
    default_seconds: whole(0, 999_999_999, 86_400),
    max_seconds: whole(0, 999_999_999, 604_800),
    unmarked: oneOf(['keep', 'expire'], 'keep'),
    stuck_after_seconds: whole(60, 86_400, 1_800),
    max_deletions_per_run: whole(0, 10_000, 1_000),
    calls_per_second: whole(1, 1_000, 4),
  },
  terminal: {
    vnc_port: whole(1, 65_535, 5905),
    vnc_url_template: text([/^https?:\/\/.*\{token\}/, 'must be an http(s) address that holds {token}'], ''),
  },
  windows: {
    agent_scheme: oneOf(['http', 'https'], 'http'),
    agent_port: whole(1, 65_535, 8112),
    // The agent lower-cases each value, and puts an underscore before a capital: a name with capitals would be another one.
    agent_user: text(
      [/^[a-z\d_.-]{1,20}$/, 'must be 1 to 20 small letters (to Windows, case makes no difference), digits and _ . -'],
      'ecs',
    ),
    agent_key: text([/^[!-~]{4,256}$/, 'must be 4 to 256 characters without space'], ''),
    agent_ca: checked(
      (value) => value === '' || areCertificates(value),
      'must be certificates in PEM (-----BEGIN CERTIFICATE-----), each line on a line of its own',
      '',
    ),
    timeout_seconds: whole(1, 60, 10),
  },
  log: {
    level: oneOf(['info', 'warn', 'error'], 'info'),
    format: oneOf(['json', 'text'], 'json'),
  },
} as const

type Sections = typeof sections

/** The configuration, checked: what `config.toml` and the environment say together. */
export type Config = {
  readonly [Section in keyof Sections]: {
    readonly [Key in keyof Sections[Section]]: Sections[Section][Key] extends Setting<infer Value> ? Value : never
  }
}

/** One key of the configuration. */
export interface Setting<Value> {
  /** Holds where the key is absent. Checked too, so that a needed one, which has none, is missed. */
  fallback: Value
  isGood(value: unknown): boolean
  message: string
  /** How an environment variable writes it: as it is, or as JSON. */
  isText: boolean
}

function whole(low: number, high: number, fallback: number): Setting<number> {
  const isGood = (value: unknown) => Number.isInteger(value) && Number(value) >= low && Number(value) <= high
  return json(isGood, `must be a whole number from ${low} to ${high}`, fallback)
}

function json<Value>(isGood: (value: unknown) => boolean, message: string, fallback: Value): Setting<Value> {
  return { fallback, isGood, message, isText: false }
}

function checked(isGood: (value: string) => boolean, message: string, fallback: string): Setting<string> {
  return { fallback, isGood: (value) => typeof value === 'string' && isGood(value), message, isText: true }
}

// Empty means "none" where that is the default, though the rule would not have it.
function text([pattern, message]: Rule, fallback: string): Setting<string> {
  return checked((value) => value === fallback || pattern.test(value), message, fallback)
}

// Absent and empty are the same mistake: config.toml comes with these empty.
function needed([pattern, message]: Rule): Setting<string> {
  return checked((value) => pattern.test(value), message, '')
}

function oneOf<const Option extends string>(options: readonly Option[], fallback: Option): Setting<Option> {
  const isGood = (value: unknown) => options.includes(value as Option)
  return { ...json(isGood, `must be ${options.join(' or ')}`, fallback), isText: true }
}

/** Whether it is a TOML table or a JSON object, and not a list, a date or null. */
export function isTable(value: unknown): value is object {
  return Object.prototype.toString.call(value) === '[object Object]'
}

function isKey([name, key]: [string, unknown]): boolean {
  const pattern = /^(sha256:[0-9a-f]{64}|(?!sha256:)[!-+\--~]{8,256})$/
  return /^[\w.@-]{1,64}$/.test(name) && typeof key === 'string' && pattern.test(key)
}

function isEndpoint(value: string): boolean {
  const pattern = /^(https:\/\/[a-z0-9.-]+|http:\/\/(127(\.\d+){3}|localhost))(:\d+)?\/?$/
  return pattern.test(value) && URL.canParse(value)
}

// Each is read: of a text that Node.js cannot read it would trust nothing, and say nothing. What stands before the first is
// a comment, as in many bundles of CAs.
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
