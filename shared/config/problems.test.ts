import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { stringify } from 'smol-toml'
import * as v from 'valibot'
import { afterAll, describe, expect, test } from 'vitest'
import { anyText } from '../../tests/support/any-text.ts'
import { makeAuthority } from '../../tests/support/certificates.ts'
import { NEEDED } from '../../tests/support/service.ts'
import { ConfigError, configFile, loadConfig, secretsOf } from './index.ts'
import { ConfigSchema } from './schema.ts'

const folder = mkdtempSync(join(tmpdir(), 'ecs-manager-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = join(folder, 'config.toml')

function load(toml: string, env: Record<string, string | undefined> = NEEDED) {
  writeFileSync(file, toml)
  return loadConfig({ file, env })
}

/** The problems, one a line; empty when there are none. Anything but a ConfigError is a failure of the test. */
function problems(toml: string, env: Record<string, string | undefined> = NEEDED): string {
  try {
    load(toml, env)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return ''
}

const variable = (section: string, key: string) => `ECS_MANAGER__${section}__${key}`.toUpperCase()

const CA = makeAuthority()

const SECRET = 'FakeSecretInAWrongPlace1'

const NEEDED_IN_FILE = `
  [instance]
  image_id = "image-file"
  zone = "cn-file-a"
  [network]
  subnet_id = "subnet-file"
  security_group_ids = ["sg-file"]`

const settings = Object.entries(ConfigSchema.entries).flatMap(([section, { entries }]) =>
  Object.entries<v.GenericSchema>(entries).map(([key, setting]) => ({ section, key, setting })),
)

describe('where a value comes from', () => {
  test('the environment wins over the file', () => {
    const config = load('[instance]\nname = "file"\ntype = "ecs.g1.large"', {
      ...NEEDED,
      ECS_MANAGER__INSTANCE__NAME: 'environment',
    })
    expect(config.instance).toMatchObject({ name: 'environment', type: 'ecs.g1.large' })
  })

  test('an empty variable wins over the file, too', () => {
    const env = { ...NEEDED, ECS_MANAGER__TERMINAL__VNC_URL_TEMPLATE: '' }
    expect(load('[terminal]\nvnc_url_template = "https://x.test/{token}"', env).terminal.vnc_url_template).toBe('')
  })

  test.each(settings.filter(({ setting }) => !v.is(setting, '')))(
    'an empty variable for $section $key counts as not set',
    ({ section, key }) => {
      const toml = `${NEEDED_IN_FILE}\n[lifetime]\nmax_deletions_per_run = 7\n[log]\nlevel = "warn"`
      expect(load(toml, { [variable(section, key)]: '' })).toEqual(load(toml, {}))
    },
  )

  test('an undefined variable is none', () => {
    expect(load('[log]\nlevel = "warn"', { ...NEEDED, ECS_MANAGER__LOG__LEVEL: undefined }).log.level).toBe('warn')
  })

  test.each([
    ['a text stays as it is', 'INSTANCE__PASSWORD', '12345678aA', (config) => config.instance.password, '12345678aA'],
    ['a number', 'SERVER__PORT', '8103', (config) => config.server.port, 8103],
    ['a list', 'SECURITY__ALLOWED_OVERRIDES', '["ZoneId"]', (config) => config.security.allowed_overrides, ['ZoneId']],
    ['an empty list', 'SECURITY__ALLOWED_OVERRIDES', '[]', (config) => config.security.allowed_overrides, []],
    ['a table', 'SECURITY__KEYS', '{"a":"fake-key-1"}', (config) => config.security.keys, { a: 'fake-key-1' }],
    ['lines', 'INSTANCE__USER_DATA', '#!/bin/sh\necho', (config) => config.instance.user_data, '#!/bin/sh\necho'],
  ] satisfies [string, string, string, (config: ReturnType<typeof load>) => unknown, unknown][])(
    'a variable writes %s',
    (_, name, text, read, expected) => {
      expect(read(load('', { ...NEEDED, [`ECS_MANAGER__${name}`]: text }))).toEqual(expected)
    },
  )

  test('the table of keys of the environment replaces the one of the file', () => {
    const env = { ...NEEDED, ECS_MANAGER__SECURITY__KEYS: '{"b":"fake-key-of-b"}' }
    expect(load('[security.keys]\na = "fake-key-of-a"', env).security.keys).toEqual({ b: 'fake-key-of-b' })
  })

  test('a good variable mends a bad value in the file', () => {
    expect(load('[server]\nport = "x"', { ...NEEDED, ECS_MANAGER__SERVER__PORT: '1' }).server.port).toBe(1)
  })

  test('a file says everything without any environment', () => {
    const toml = `
      [instance]
      image_id = "image-a"
      zone = "cn-beijing-b"
      [network]
      subnet_id = "subnet-a"
      security_group_ids = ["sg-a", "sg-b"]
      [security.keys]
      planner = "fake-key-of-planner"
      "front.end@web" = "sha256:${'0a'.repeat(32)}"`
    const config = load(toml, {})
    expect(config.network.security_group_ids).toEqual(['sg-a', 'sg-b'])
    expect(Object.keys(config.security.keys)).toEqual(['planner', 'front.end@web'])
  })

  test('the file is the one that the environment names, else the one in the working directory', () => {
    expect(configFile({ ECS_MANAGER_CONFIG_FILE: '/elsewhere/x.toml' })).toBe('/elsewhere/x.toml')
    expect(configFile({ ECS_MANAGER_CONFIG_FILE: '' })).toBe(join(process.cwd(), 'config.toml'))
  })

  test('a variable whose name only begins alike is left alone', () => {
    expect(problems('', { ...NEEDED, ECS_MANAGER_CONFIG_FILE: 'x', ECS_MANAGERX__A: 'y', PATH: '/bin' })).toBe('')
  })
})

describe('what is wrong is named with key and origin', () => {
  test('every problem of file and environment at once, one a line', () => {
    const toml = `
      [server]
      port = 99999
      hots = "x"
      [instance]
      password = "short"
      [logs]
      level = "info"
      [log]
      level = "loud"`
    const env = {
      ECS_MANAGER__INSTANCE__VOLUME_SIZE: 'big',
      ECS_MANAGER__NETWORK__VPC: 'vpc-1',
      ECS_MANAGER__NOSUCH__KEY: '1',
    }
    const lines = problems(toml, env).split('\n')
    const expected: [RegExp, string][] = [
      [/server\.port/, file],
      [/server\.hots/, file],
      [/instance\.password/, file],
      [/logs/, file],
      [/log\.level/, file],
      [/instance\.volume_size/, 'ECS_MANAGER__INSTANCE__VOLUME_SIZE'],
      [/network\.vpc|NETWORK__VPC/, 'ECS_MANAGER__NETWORK__VPC'],
      [/nosuch|NOSUCH/, 'ECS_MANAGER__NOSUCH__KEY'],
      [/instance\.image_id/, file],
      [/instance\.zone/, file],
      [/network\.subnet_id/, file],
      [/network\.security_group_ids/, file],
    ]
    for (const [what, origin] of expected) {
      expect(lines.filter((line) => what.test(line) && line.includes(origin))).toHaveLength(1)
    }
    expect(lines).toHaveLength(expected.length)
  })

  test.each([
    '[server]\n__proto__ = 1',
    '[server]\nconstructor = 1',
    '[server]\n"" = 1',
    '[__proto__]\nport = 1',
    '[constructor]\nprototype = 1',
    '[toString]',
    'port = 1',
    'server = "x"',
    'server = []',
    '[[server]]\nport = 1',
    'log = 1979-05-27',
    '[instance.name]\na = 1',
    '[server]\nport = "8102"',
    '[server]\nport = true',
    '[server]\nport = 8102.5',
    '[server]\nport = nan',
    '[server]\nport = -1',
    '[server]\nport = 1979-05-27',
    '[server]\ntimeout_seconds = inf',
    '[server]\nhost = "0.0.0.0"',
    '[server]\nhost = 127',
    '[log]\nlevel = "Info"',
    '[log]\nlevel = ["info"]',
    '[security]\nkeys = 1979-05-27',
    '[security]\nkeys = []',
    '[security]\nkeys = "fake-key"',
    '[security]\nauth = "none"',
    '[security]\nauth = ""',
    '[security]\nauth = false',
    '[security]\nallowed_overrides = "ZoneId"',
    '[security]\nallowed_overrides = ["zoneid"]',
    '[security]\nallowed_overrides = ["OsType"]',
    '[security]\nallowed_overrides = [["ZoneId"]]',
    '[instance]\ntag_key = "ecs-manager:mine"',
    '[instance]\ntag_key = ""',
    '[instance]\ntag_value = ""',
    '[instance]\nimage_id = ["image-a"]',
    '[terminal]\nvnc_url_template = "https://x.test/"',
    '[terminal]\nvnc_url_template = "javascript:{token}"',
    '[windows]\nagent_user = "a b"',
    '[windows]\nagent_user = ""',
    '[windows]\nagent_user = "ECS"',
    '[windows]\nagent_user = "desk2User"',
    `[windows]\nagent_user = "${'x'.repeat(21)}"`,
    '[windows]\nagent_ca = "ca.pem"',
    '[windows]\nagent_ca = []',
    '[windows]\nagent_ca = "-----BEGIN CERTIFICATE-----"',
    `[windows]\nagent_ca = """\n${CA.cert.replace('MII', 'XII')}"""`,
    `[windows]\nagent_ca = """\n${CA.cert.slice(0, -40)}"""`,
    `[windows]\nagent_ca = """\n${CA.cert}${CA.cert.slice(0, -40)}"""`,
    `[windows]\nagent_ca = """\n${CA.cert.replaceAll('\n', ' ')}"""`,
    `[windows]\nagent_ca = """\n${CA.key}"""`,
    `[windows]\nagent_ca = """\n${CA.cert}${CA.key}"""`,
    '[windows]\nagent_key = "abc"',
    `[instance]\nuser_data = "${'x'.repeat(16_385)}"`,
    `[instance]\nuser_data = "${'é'.repeat(8_193)}"`,
  ])('refuses %j', (toml) => {
    const env: Record<string, string> = { ...NEEDED }
    if (toml.includes('image_id')) delete env.ECS_MANAGER__INSTANCE__IMAGE_ID
    expect(problems(toml, env).split('\n')).toEqual([expect.stringContaining(file)])
  })

  test.each([
    ['ECS_MANAGER__SERVER__PORT', '"8102"'],
    ['ECS_MANAGER__SERVER__PORT', '0x10'],
    ['ECS_MANAGER__SERVER__PORT', '[8102]'],
    ['ECS_MANAGER__NETWORK__SECURITY_GROUP_IDS', 'sg-1'],
    ['ECS_MANAGER__NETWORK__SECURITY_GROUP_IDS', '[]'],
    ['ECS_MANAGER__NETWORK__SECURITY_GROUP_IDS', '["sg-1",]'],
    ['ECS_MANAGER__NETWORK__SECURITY_GROUP_IDS', '["sg-1","sg-2","sg-3","sg-4","sg-5","sg-6"]'],
    ['ECS_MANAGER__NETWORK__SECURITY_GROUP_IDS', '["sg-1",2]'],
    ['ECS_MANAGER__NETWORK__SECURITY_GROUP_IDS', '["sg-a,sg-b"]'],
    ['ECS_MANAGER__NETWORK__SECURITY_GROUP_IDS', '[["sg-a"]]'],
    ['ECS_MANAGER__NETWORK__SECURITY_GROUP_IDS', '{"length":1}'],
    ['ECS_MANAGER__SECURITY__KEYS', 'null'],
    ['ECS_MANAGER__SECURITY__KEYS', '["fake-key-1"]'],
    ['ECS_MANAGER__SECURITY__KEYS', '{"a":1}'],
    ['ECS_MANAGER__SECURITY__KEYS', '{"a":"seven77"}'],
    ['ECS_MANAGER__SECURITY__KEYS', '{"a":"with space"}'],
    ['ECS_MANAGER__SECURITY__KEYS', '{"a":"with,comma"}'],
    ['ECS_MANAGER__SECURITY__KEYS', '{"a b":"fake-key-1"}'],
    ['ECS_MANAGER__SECURITY__KEYS', '{"":"fake-key-1"}'],
    ['ECS_MANAGER__SECURITY__KEYS', '{"a":"sha256:abcd"}'],
    ['ECS_MANAGER__SECURITY__KEYS', `{"a":"sha256:${'AB'.repeat(32)}"}`],
    ['ECS_MANAGER__VOLCENGINE__ENDPOINT', 'open.volcengineapi.com'],
    ['ECS_MANAGER__VOLCENGINE__ENDPOINT', 'http://open.volcengineapi.com'],
    ['ECS_MANAGER__VOLCENGINE__ENDPOINT', 'http://127.0.0.1.evil.test'],
    ['ECS_MANAGER__VOLCENGINE__ENDPOINT', 'http://localhost.evil.test'],
    ['ECS_MANAGER__VOLCENGINE__ENDPOINT', 'https://user:fake@host.test'],
    ['ECS_MANAGER__VOLCENGINE__ENDPOINT', 'https://host.test/path'],
    ['ECS_MANAGER__VOLCENGINE__ENDPOINT', 'https://host.test?x=1'],
    ['ECS_MANAGER__VOLCENGINE__ENDPOINT', 'https://host.test\n'],
    ['ECS_MANAGER__VOLCENGINE__ENDPOINT', 'https://x:99999'],
    ['ECS_MANAGER__VOLCENGINE__ENDPOINT', 'https://1.2.3.4.5'],
    ['ECS_MANAGER__VOLCENGINE__ENDPOINT', 'https://256.1.1.1'],
    ['ECS_MANAGER__VOLCENGINE__ENDPOINT', 'http://127.1.1.999'],
    ['ECS_MANAGER__VOLCENGINE__ENDPOINT', 'https://[::::]'],
    ['ECS_MANAGER__VOLCENGINE__ENDPOINT', 'http://127.0.0.1:70000'],
    ['ECS_MANAGER__VOLCENGINE__REGION', 'cn beijing'],
    ['ECS_MANAGER__WINDOWS__AGENT_CA', CA.cert.replaceAll('\n', '\\n')],
    ['ECS_MANAGER__WINDOWS__AGENT_CA', JSON.stringify(CA.cert)],
    ['ECS_MANAGER__', 'x'],
    ['ECS_MANAGER____', 'x'],
    ['ECS_MANAGER__SERVER', 'x'],
    ['ECS_MANAGER__SERVER__', 'x'],
    ['ECS_MANAGER__SERVER__PORT__X', '1'],
    ['ECS_MANAGER____PROTO____X', '1'],
    ['ECS_MANAGER__SERVER____PROTO__', '1'],
    ['ECS_MANAGER__CONSTRUCTOR__NAME', '1'],
    ['ECS_MANAGER__SERVER__CONSTRUCTOR', '1'],
  ])('refuses the variable %s=%j', (name, value) => {
    expect(problems('', { ...NEEDED, [name]: value }).split('\n')).toEqual([
      expect.stringMatching(new RegExp(`variable ${name}\\b`)),
    ])
  })

  // The patterns themselves have their test in rules.test.ts. No other pattern takes the first value and refuses the
  // second one.
  test.each([
    ['instance', 'name', '桌面', 'a b'],
    ['instance', 'type', 'a.b', 'ecs'],
    ['instance', 'image_id', 'image-a', 'i-a'],
    ['instance', 'windows_image_id', 'image-a', 'i-a'],
    ['instance', 'zone', 'abc', 'cn.beijing'],
    ['instance', 'password', 'Abcdefg,1', 'Abcdef1'],
    ['instance', 'project_name', '_', '项目'],
    ['instance', 'tag_key', 'a b', 'SYS:a'],
    ['instance', 'tag_value', 'SYS:a', 'a,b'],
    ['network', 'subnet_id', 'subnet-a', 'vpc-a'],
  ])('takes for %s.%s the value %j, and refuses %j', (section, key, good, bad) => {
    const name = variable(section, key)
    expect(problems('', { ...NEEDED, [name]: good })).toBe('')
    expect(problems('', { ...NEEDED, [name]: bad }).split('\n')).toEqual([expect.stringContaining(name)])
  })

  test.each(['ecs', 'a', 'desk.user', 'desk_user-2', '1', 'x'.repeat(20)])(
    'takes %s for the user of the agent',
    (user) => {
      expect(load('', { ...NEEDED, ECS_MANAGER__WINDOWS__AGENT_USER: user }).windows.agent_user).toBe(user)
    },
  )

  test('of a user of the agent with capitals says what would be right', () => {
    expect(problems('[windows]\nagent_user = "DeskUser"')).toMatch(/agent_user .*lower-case letters.*case/)
  })

  test.each([
    ['one certificate', CA.cert],
    ['two', `${CA.cert}${makeAuthority('Other CA').cert}`],
    ['comments between them', `# one\n${CA.cert}\n# two\n${CA.cert}# end\n`],
    ['lines as Windows ends them', CA.cert.replaceAll('\n', '\r\n')],
  ])('takes %s for the CA of the agent, from the file and from the environment', (_, pem) => {
    const inFile = load(`[windows]\nagent_ca = """\n${pem}"""\nagent_port = 8102 # of tool servers`).windows
    expect([inFile.agent_ca, inFile.agent_port]).toEqual([pem, 8102])
    expect(load('', { ...NEEDED, ECS_MANAGER__WINDOWS__AGENT_CA: pem }).windows.agent_ca).toBe(pem)
  })

  test('shows nothing of a text that is not the CA of the agent', () => {
    const problem = problems(`[windows]\nagent_ca = """\n${CA.key}"""`)
    expect(problem).toMatch(/^windows\.agent_ca must be certificates in PEM/)
    for (const line of CA.key.split('\n').slice(1, 3)) expect(problem).not.toContain(line)
  })

  test.each([
    'https://open.volcengineapi.com',
    'https://ecs.ap-southeast-1.volcengineapi.com:8443/',
    'http://127.0.0.1:8103',
    'http://127.255.0.1',
    'http://localhost:1',
    'https://10.0.0.1',
  ])('takes %s for an endpoint', (endpoint) => {
    const config = load('', { ...NEEDED, ECS_MANAGER__VOLCENGINE__ENDPOINT: endpoint })
    expect(config.volcengine.endpoint).toBe(endpoint)
  })

  test('whatever passes as an endpoint can be connected to', () => {
    const host = fc.stringMatching(/^(https?:\/\/)?[a-z0-9.[\]:-]{1,20}(:\d{1,6})?\/?$/)
    const schemed = fc.stringMatching(/^https?:\/\/(127(\.\d{1,4}){3}|[a-z0-9.-]{1,12}|\[[0-9a-f:]{2,9}\])(:\d{1,5})?$/)
    fc.assert(
      fc.property(fc.oneof(host, schemed), (endpoint) => {
        if (!v.is(ConfigSchema.entries.volcengine.entries.endpoint, endpoint)) return
        expect(URL.canParse(endpoint)).toBe(true)
        const { protocol, hostname } = new URL(endpoint)
        if (protocol === 'http:') expect(hostname).toMatch(/^(127\.[\d.]+|localhost|\[::1\])$/)
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('a file that cannot be read', () => {
  test.each([
    ['nothing after =', '[server]\nport =', 2],
    ['a value without quotes', `[instance]\npassword = ${SECRET}`, 2],
    ['a string without its end', `a = 1\n\n[x]\ny = "${SECRET}`, 4],
    ['more after a value', `[server]\nport = 1 "${SECRET}"`, 2],
    ['a line without a key', `[server]\n${SECRET}`, 2],
    ['a key given twice', `[windows]\nagent_key = "a"\nagent_key = "${SECRET}"`, 3],
    ['a section given twice', '[server]\n[log]\n[server]', 3],
    ['a section without its bracket', '[server\nport = 1', 1],
    ['an escape that is none', `[windows]\nagent_key = "${SECRET}\\q"`, 2],
    ['a number too large', '[server]\nport = 99999999999999999999', 2],
  ])('with %s: says line and column, and not what stands there', (_, toml, line) => {
    const problem = problems(toml)
    expect(problem).toMatch(new RegExp(`line ${line}, column \\d+`))
    expect(problem).toContain(file)
    expect(problem).not.toContain(SECRET)
    expect(problem.split('\n')).toHaveLength(1)
  })

  test('that is not there is named', () => {
    const missing = join(folder, 'missing.toml')
    expect(() => loadConfig({ file: missing, env: NEEDED })).toThrow(ConfigError)
    expect(() => loadConfig({ file: missing, env: NEEDED })).toThrow(missing)
  })

  test('that is a folder is named', () => {
    expect(() => loadConfig({ file: folder, env: NEEDED })).toThrow(ConfigError)
  })

  test('that is empty says nothing wrong', () => {
    expect(problems('')).toBe('')
  })

  test('that begins with a byte order mark, or ends its lines the Windows way, makes no other error', () => {
    expect(load('[log]\r\nlevel = "warn"\r\n').log.level).toBe('warn')
    expect(() => problems('\ufeff[log]\nlevel = "warn"')).not.toThrow()
  })
})

describe('whatever it is given', () => {
  const name = fc.oneof(
    fc.constantFrom('server', 'volcengine', 'instance', 'network', 'security', 'log', 'port', 'keys', 'password'),
    fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', ''),
    fc.string(),
  )
  const value = fc.oneof(
    { maxDepth: 3 },
    fc.constant(SECRET),
    fc.constant([SECRET]),
    fc.constant({ x: SECRET }),
    fc.string(),
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.date({ noInvalidDate: true }),
    fc.array(fc.string()),
    fc.dictionary(name, fc.string()),
  )

  test('any values in any sections bring a configuration or a ConfigError, which never holds a value', () => {
    const table = fc.dictionary(name, fc.oneof(fc.dictionary(name, value), value))
    fc.assert(
      fc.property(table, (values) => {
        expect(problems(stringify(values))).not.toContain(SECRET)
      }),
      { numRuns: 400 },
    )
  })

  test('any text as the file does, too', () => {
    const piece = fc.constantFrom(
      '[',
      ']',
      '=',
      '"',
      "'",
      '"""',
      '\n',
      '.',
      '{',
      '}',
      ',',
      '#',
      '\\u',
      '[server]\n',
      SECRET,
    )
    const text = fc.oneof(
      anyText(),
      fc.array(fc.oneof(piece, fc.string({ maxLength: 4 }))).map((all) => all.join('')),
    )
    fc.assert(
      fc.property(text, (toml) => {
        const problem = problems(toml)
        // A section or a key may be called so, and names are shown; a syntax error shows nothing of the file.
        if (/line \d+, column \d+/.test(problem)) expect(problem).not.toContain(SECRET)
      }),
      { numRuns: 600 },
    )
  })

  test.each(settings)('a secret given for $section $key is not in the message', ({ section, key, setting }) => {
    const wrong = [
      SECRET,
      `${SECRET} \n,"`,
      JSON.stringify([SECRET]),
      JSON.stringify({ x: { y: SECRET } }),
      `"${SECRET}`,
    ]
    for (const text of wrong) {
      const problem = problems('', { ...NEEDED, [variable(section, key)]: text })
      expect(problem).not.toContain(SECRET)
      if (problem !== '') expect(problem).toContain(variable(section, key))
    }
    for (const bad of [SECRET, [SECRET], { [key]: SECRET }, [[SECRET]], true, 1.5]) {
      const env = { ...NEEDED, [variable(section, key)]: undefined }
      const problem = problems(stringify({ [section]: { [key]: bad } }), env)
      expect(problem).not.toContain(SECRET)
      if (!v.is(setting, bad)) expect(problem).toContain(`${section}.${key}`)
    }
  })

  test('any variable of ours brings a configuration or a ConfigError, never with its value', () => {
    const known = fc.constantFrom(...settings.map(({ section, key }) => variable(section, key)))
    const any = fc.oneof(
      known,
      name.map((text) => `ECS_MANAGER__${text}`),
      fc.tuple(name, name).map(([a, b]) => variable(a, b)),
    )
    const text = fc.oneof(fc.constant(SECRET), fc.json(), anyText(), fc.constant(`["${SECRET}"]`))
    fc.assert(
      fc.property(fc.dictionary(any, text), (env) => {
        expect(problems('', { ...NEEDED, ...env })).not.toContain(SECRET)
      }),
      { numRuns: 400 },
    )
  })
})

test('every secret of the configuration is one for the log', () => {
  const env = {
    ...NEEDED,
    ECS_MANAGER__VOLCENGINE__ACCESS_KEY: 'AKLTfake',
    ECS_MANAGER__VOLCENGINE__SECRET_KEY: 'fake-secret-key',
    ECS_MANAGER__VOLCENGINE__SESSION_TOKEN: 'fake-session',
    ECS_MANAGER__INSTANCE__PASSWORD: 'Fake-Password-1',
    ECS_MANAGER__INSTANCE__USER_DATA: 'echo fake-user-data',
    ECS_MANAGER__WINDOWS__AGENT_KEY: 'fake-agent-key',
    ECS_MANAGER__SECURITY__KEYS: '{"a":"fake-key-of-a","b":"fake-key-of-b"}',
  }
  const base64 = Buffer.from('echo fake-user-data').toString('base64')
  const expected = ['AKLTfake', 'fake-secret-key', 'fake-session', 'Fake-Password-1', 'echo fake-user-data', base64]
  expect(secretsOf(load('', env))).toEqual(
    expect.arrayContaining([...expected, 'fake-agent-key', 'fake-key-of-a', 'fake-key-of-b']),
  )
})
