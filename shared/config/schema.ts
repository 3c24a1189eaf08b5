import * as v from 'valibot'

/** Parameters of CreateSandbox that put something else in the place of what the operator configured. */
export const OVERRIDES = [
  'InstanceName',
  'InstanceType',
  'ZoneId',
  'ImageId',
  'ProjectName',
  'SubnetId',
  'SecurityGroupIds',
  'Password',
  'UserData',
  'TagKey',
  'TagValue',
] as const

export type Override = (typeof OVERRIDES)[number]

/**
 * Every section and key of config.toml with its type, bounds and default. Messages complete "<section>.<key> ...", and
 * never hold the value: it may be a secret.
 */
export const sections = {
  server: {
    host: v.optional(
      v.pipe(v.string('must be text'), v.regex(/^(127(\.\d{1,3}){3}|localhost|::1)$/, 'must be a loopback address')),
      '127.0.0.1',
    ),
    port: integer(0, 65_535, 8102),
    timeout_seconds: integer(3, 900, 25),
  },
  volcengine: {
    access_key: text(''),
    secret_key: text(''),
    session_token: text(''),
    region: matching(/^[a-z]{2}-[a-z0-9-]{2,40}$/, 'must be a region such as cn-beijing', 'cn-beijing'),
    endpoint: v.optional(
      v.pipe(
        v.string('must be text'),
        v.check(
          isEndpoint,
          'must be an https:// address without a path (http:// only for 127.0.0.1, localhost or ::1)',
        ),
      ),
      'https://open.volcengineapi.com',
    ),
    try_timeout_seconds: integer(1, 120, 10),
    max_tries: integer(1, 10, 4),
  },
  instance: {
    name: matching(
      /^[\p{L}\p{N}_.-]{1,120}$/u,
      'must be 1 to 120 letters, digits and _ . - (the machine is called sandbox-<name>)',
      'desktop',
    ),
    type: matching(/^[a-z0-9]+(\.[a-z0-9]+)+$/, 'must be an instance type such as ecs.g3i.large', 'ecs.g3i.large'),
    image_id: required(/^image-[\w-]{1,60}$/, 'must be the id of the Linux desktop image (image-...)'),
    windows_image_id: matching(/^(image-[\w-]{1,60})?$/, 'must be an image id (image-...) or empty', ''),
    zone: required(/^[a-z0-9-]{3,40}$/, 'must be the zone to create machines in, such as cn-beijing-a'),
    password: v.optional(
      v.pipe(
        v.string('must be text'),
        v.check(
          (value) => value === '' || isPassword(value),
          'must have 8 to 30 characters, of three kinds (upper, lower, digit, special), and not start with / or $6$; or be empty',
        ),
      ),
      '',
    ),
    key_pair_name: text(''),
    user_data: v.optional(
      v.pipe(
        v.string('must be text'),
        v.check((value) => Buffer.byteLength(value) <= 16_384, 'must be at most 16 KiB'),
      ),
      '',
    ),
    project_name: matching(/^[\w.-]{0,64}$/, 'must be at most 64 letters, digits and _ . -', ''),
    tag_key: matching(
      /^(?!volc:|sys:|ecs-manager:)[\p{L}\p{N} _.:/=+@-]{1,128}$/iu,
      'must be 1 to 128 letters, digits, spaces and _ . : / = + - @, not beginning with volc:, sys: or ecs-manager:',
      'managed-by',
    ),
    tag_value: matching(
      /^[\p{L}\p{N} _.:/=+@-]{1,256}$/u,
      'must be 1 to 256 letters, digits, spaces and _ . : / = + - @',
      'ecs-manager',
    ),
    volume_type: matching(/^[A-Za-z0-9_]{1,40}$/, 'must be a volume type such as ESSD_PL0', 'ESSD_PL0'),
    volume_size: integer(20, 2048, 40),
    spot_strategy: v.optional(v.picklist(['NoSpot', 'SpotAsPriceGo'], 'must be NoSpot or SpotAsPriceGo'), 'NoSpot'),
  },
  network: {
    subnet_id: required(/^subnet-[\w-]{1,60}$/, 'must be the id of the subnet of the sandboxes (subnet-...)'),
    security_group_ids: v.optional(
      v.pipe(
        v.array(
          v.pipe(v.string('must hold text'), v.regex(/^sg-[\w-]{1,60}$/, 'must hold ids of security groups (sg-...)')),
          'must be a list of 1 to 5 ids of security groups',
        ),
        v.minLength(1, 'must be a list of 1 to 5 ids of security groups'),
        v.maxLength(5, 'must be a list of 1 to 5 ids of security groups'),
      ),
      [],
    ),
    eip_bandwidth_mbps: integer(0, 500, 0),
  },
  security: {
    auth: v.optional(v.picklist(['key', 'gateway'], 'must be "key" or "gateway"'), 'key'),
    keys: v.optional(
      v.record(
        v.pipe(v.string(), v.regex(/^[\w.@-]{1,64}$/, 'must have names of 1 to 64 letters, digits and _ . @ -')),
        v.pipe(
          v.string('must hold text'),
          v.regex(
            /^(sha256:[0-9a-f]{64}|(?!sha256:)[\x21-\x2b\x2d-\x7e]{8,256})$/,
            'must be a key of 8 to 256 printable ASCII characters without space and comma, or sha256:<64 hex digits>',
          ),
        ),
        'must be a table of name = "key"',
      ),
      {},
    ),
    allowed_overrides: v.optional(
      v.array(
        v.picklist(OVERRIDES, `must hold only ${OVERRIDES.join(', ')}`),
        'must be a list of parameter names of CreateSandbox',
      ),
      ['InstanceName', 'InstanceType', 'ZoneId', 'ImageId', 'UserData', 'TagKey', 'TagValue'],
    ),
    max_sandboxes: integer(0, 100_000, 0),
    vnc_token_ttl_seconds: integer(10, 86_400, 300),
    vnc_token_reuse_seconds: integer(0, 86_400, 0),
  },
  terminal: {
    vnc_port: integer(1, 65_535, 5905),
    vnc_url_template: v.optional(
      v.pipe(
        v.string('must be text'),
        v.check(
          (value) => value === '' || (value.includes('{token}') && /^https?:$/.test(urlProtocol(value))),
          'must be an http(s) address that holds {token}, or empty',
        ),
      ),
      '',
    ),
  },
  windows: {
    agent_scheme: v.optional(v.picklist(['http', 'https'], 'must be http or https'), 'http'),
    agent_port: integer(1, 65_535, 8112),
    agent_user: matching(/^[\w.-]{1,20}$/, 'must be 1 to 20 letters, digits and _ . -', 'ecs'),
    agent_key: matching(
      /^([\x21-\x7e]{4,256})?$/,
      'must be 4 to 256 printable ASCII characters without space, or empty',
      '',
    ),
    timeout_seconds: integer(1, 60, 10),
  },
  log: {
    level: v.optional(v.picklist(['debug', 'info', 'warn', 'error'], 'must be debug, info, warn or error'), 'info'),
    format: v.optional(v.picklist(['json', 'text'], 'must be json or text'), 'json'),
  },
} as const

type Sections = typeof sections

/** The configuration, checked: what `config.toml` and the environment say together. */
export type Config = {
  readonly [Section in keyof Sections]: {
    readonly [Key in keyof Sections[Section]]: Sections[Section][Key] extends v.GenericSchema
      ? v.InferOutput<Sections[Section][Key]>
      : never
  }
}

/**
 * ECS's rule for passwords: 8 to 30 characters, at least three of upper case, lower case, digits and specials, not
 * beginning with `/` or `$6$` (ECS API reference, RunInstances).
 */
export function isPassword(value: string): boolean {
  const kinds = [/[A-Z]/, /[a-z]/, /[0-9]/, /[^A-Za-z0-9]/].filter((kind) => kind.test(value)).length
  return /^(?!\/|\$6\$)[A-Za-z0-9`~!@#$%^&*()_\-+=|{}[\]:;'<>,.?/]{8,30}$/.test(value) && kinds >= 3
}

function integer(low: number, high: number, fallback: number) {
  const message = `must be a whole number from ${low} to ${high}`
  return v.optional(
    v.pipe(v.number(message), v.integer(message), v.minValue(low, message), v.maxValue(high, message)),
    fallback,
  )
}

function text(fallback: string) {
  return v.optional(v.pipe(v.string('must be text'), v.maxLength(4096, 'must be at most 4096 characters')), fallback)
}

function matching(pattern: RegExp, message: string, fallback: string) {
  return v.optional(v.pipe(v.string(message), v.regex(pattern, message)), fallback)
}

// Absent and empty are the same mistake, and the default config.toml has these empty.
function required(pattern: RegExp, message: string) {
  return v.optional(v.pipe(v.string(message), v.regex(pattern, message)), '')
}

function isEndpoint(value: string): boolean {
  if (!URL.canParse(value)) return false
  const url = new URL(value)
  const loopback = /^(127(\.\d{1,3}){3}|localhost|\[::1\])$/.test(url.hostname)
  const bare =
    url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '' && url.password === ''
  return bare && (url.protocol === 'https:' || (url.protocol === 'http:' && loopback))
}

function urlProtocol(value: string): string {
  return URL.canParse(value) ? new URL(value).protocol : ''
}
