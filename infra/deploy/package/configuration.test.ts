import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkConfiguration } from './configuration.ts'
import type { FunctionObject, GatewaySettings, Provider } from './osls.ts'

const folder = mkdtempSync(join(tmpdir(), 'configuration-test-'))
const file = join(folder, 'config.toml')
afterAll(() => rmSync(folder, { recursive: true }))

const routed = { events: [{ apig: { action: 'Any', version: '2020-04-01' } }] }
const timed = { events: [{ timer: { crontab: '* * * * *' } }] }

function problemsOf(functions: Record<string, FunctionObject>, provider: Provider = {}, stage = 'dev'): string[] {
  return checkConfiguration(functions, provider, stage, file).problems
}

const variable = (key: string) => `ECS_MANAGER__${key.replace('.', '__').toUpperCase()}`
const ofVariable = (key: string) => `(environment variable ${variable(key)})`

describe('with nothing filled in', () => {
  beforeAll(() => writeFileSync(file, '[network]\nsecurity_group_ids = []\n[instance]\nzone = ""\n'))
  const missing = [
    `instance.image_id must be the id of an image (image-...) (${file})`,
    `instance.zone must be a zone (cn-beijing-a) (${file})`,
    `network.subnet_id must be the id of a subnet (subnet-...) (${file})`,
    `network.security_group_ids must be 1 to 5 ids of security groups (sg-...), as a list (${file})`,
  ]

  test('everything that a deployment needs is reported, once for all functions', () => {
    expect(problemsOf({ a: routed, b: timed })).toEqual(missing)
  })

  test('what is set in the environment is not missing', () => {
    const environment = {
      [variable('instance.image_id')]: 'image-1',
      [variable('network.security_group_ids')]: '["sg-1"]',
    }
    expect(problemsOf({ a: {}, b: {} }, { environment })).toEqual([missing[1], missing[2]])
  })

  test('what only some functions lack is reported with their names', () => {
    const environment = { [variable('instance.image_id')]: 'image-1', [variable('instance.zone')]: 'cn-beijing-a' }
    expect(problemsOf({ a: {}, b: { environment }, c: {} })).toEqual([
      `a, c: ${missing[0]}`,
      `a, c: ${missing[1]}`,
      missing[2],
      missing[3],
    ])
  })
})

describe('with everything that is required', () => {
  const good = `
[instance]
image_id = "image-1"
zone = "cn-beijing-a"
[network]
subnet_id = "subnet-1"
security_group_ids = ["sg-1"]
`
  beforeAll(() => writeFileSync(file, good))

  test('nothing is wrong', () => {
    expect(problemsOf({ a: routed, b: timed })).toEqual([])
  })

  const port = `server.port must be a whole number from 0 to 65535 ${ofVariable('server.port')}`
  const level = `log.level must be info or warn or error ${ofVariable('log.level')}`
  test.each<[what: string, expected: string[], provider: Provider, own: Record<string, unknown>]>([
    ['a variable of all functions', [port], { environment: { [variable('server.port')]: 'x' } }, {}],
    ['a variable of one function', [`a: ${port}`], {}, { [variable('server.port')]: 'x' }],
    [
      'its own variable wins',
      [`b: ${port}`],
      { environment: { [variable('server.port')]: 'x' } },
      { [variable('server.port')]: '1' },
    ],
    ['a number, as YAML has it', [], {}, { [variable('server.port')]: 1 }],
    ['a variable without a value is ignored', [], {}, { [variable('server.port')]: null }],
    [
      'the stage wins over the provider',
      [],
      {
        environment: { [variable('server.port')]: 'x' },
        stages: { dev: { environment: { [variable('server.port')]: '1' } } },
      },
      {},
    ],
    [
      'but does not replace the rest of it',
      [port],
      { environment: { [variable('server.port')]: 'x' }, stages: { dev: { environment: { ANY: '1' } } } },
      {},
    ],
    ['another stage has no effect', [], { stages: { prod: { environment: { [variable('server.port')]: 'x' } } } }, {}],
    [
      'a variable without a value does not hide another layer',
      [`a: ${level}`],
      {
        environment: { [variable('log.level')]: null, [variable('server.port')]: '1' },
        stages: { dev: { environment: null } },
      },
      { [variable('log.level')]: 'loud', [variable('server.port')]: null },
    ],
    [
      'a variable of a function without a value does not hide that of the provider',
      [port],
      { environment: { [variable('server.port')]: 'x' } },
      { [variable('server.port')]: null },
    ],
    [
      'several at once',
      [port, `a: ${level}`],
      { environment: { [variable('server.port')]: 'x' } },
      { [variable('log.level')]: 'loud' },
    ],
    [
      'a setting that does not exist',
      [expect.stringContaining('a: server.prot is not a setting')],
      {},
      { [variable('server.prot')]: '1' },
    ],
  ])('%s', (_what, expected, provider, environment) => {
    expect(problemsOf({ a: { environment }, b: {} }, provider)).toEqual(expected)
  })

  test('another file, if a variable names one', () => {
    const other = join(folder, 'other.toml')
    writeFileSync(other, `${good}[log]\nlevel = "loud"\n`)
    const environment = { ECS_MANAGER_CONFIG_FILE: other }
    expect(problemsOf({ a: { environment }, b: {} })).toEqual([`a: log.level must be info or warn or error (${other})`])
  })

  test('no value is in a message', () => {
    const environment = { [variable('security.keys')]: '{"any":"secret"}', [variable('instance.password')]: 'secret' }
    const problems = problemsOf({ a: { environment } })
    expect(problems).toHaveLength(2)
    expect(problems.join()).not.toContain('secret')
  })

  describe('security.auth = "gateway"', () => {
    const provider = (gateway?: GatewaySettings): Provider => ({
      environment: { [variable('security.auth')]: 'gateway' },
      ...(gateway && { gateway }),
    })
    const keyAuth = { consumers: { planner: { key: 'a-key-of-16-chars' } } }
    const refused = [expect.stringContaining('provider.gateway.keyAuth.consumers')]

    test.each<[what: string, gateway: GatewaySettings | undefined, problems: unknown[]]>([
      ['no gateway, which means a public one', undefined, refused],
      ['a public one', { network: 'public' }, refused],
      ['one in both networks', { network: 'both' }, refused],
      ['keys without consumers', { keyAuth: { consumers: {} } }, refused],
      ['keys', { keyAuth }, []],
      ['a private one', { network: 'private' }, []],
    ])('%s', (_what, gateway, problems) => {
      expect(problemsOf({ a: routed }, provider(gateway))).toEqual(problems)
    })

    test('does not matter to a function without a route', () => {
      expect(problemsOf({ a: timed, b: routed }, provider())).toEqual([expect.stringMatching(/^b: security\.auth/)])
      expect(problemsOf({ a: timed }, provider())).toEqual([])
    })

    test('the gateway of a stage replaces that of the provider completely', () => {
      const both = (gateway: GatewaySettings, local: GatewaySettings) => ({
        ...provider(gateway),
        stages: { local: { gateway: local } },
      })
      expect(problemsOf({ a: routed }, both({}, { network: 'private' }), 'local')).toEqual([])
      expect(problemsOf({ a: routed }, both({}, { network: 'private' }), 'dev')).toEqual(refused)
      expect(problemsOf({ a: routed }, both({ keyAuth }, { network: 'public' }), 'local')).toEqual(refused)
    })

    test('in config.toml is the same', () => {
      const other = join(folder, 'gateway.toml')
      writeFileSync(other, `${good}[security]\nauth = "gateway"\n`)
      expect(checkConfiguration({ a: routed }, {}, 'dev', other).problems).toEqual(refused)
    })
  })

  test('machines in another region than the functions cause a warning', () => {
    const warningsIn = (region: string) => checkConfiguration({ a: {} }, { region }, 'dev', file).warnings
    expect(warningsIn('cn-beijing')).toEqual([])
    expect(warningsIn('cn-shanghai')).toEqual([
      'the functions run in cn-shanghai (provider.region) and create machines in cn-beijing (volcengine.region)',
    ])
  })

  describe('security.auth = "key" without keys', () => {
    const warningsOf = (functions: Record<string, FunctionObject>) =>
      checkConfiguration(functions, {}, 'dev', file).warnings
    const warning = 'security.auth = "key" without any security.keys: nobody can call'
    const environment = { [variable('security.keys')]: '{"any":"any-key-at-all"}' }
    test.each<[what: string, functions: Record<string, FunctionObject>, warnings: string[]]>([
      ['causes a warning', { a: routed }, [warning]],
      ['for a function with a route', { a: timed, b: routed }, [`b: ${warning}`]],
      ['but not with a key', { a: { ...routed, environment } }, []],
    ])('%s', (_what, functions, warnings) => {
      expect(warningsOf(functions)).toEqual(warnings)
    })
  })
})
