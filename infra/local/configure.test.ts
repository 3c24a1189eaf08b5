import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { configureLocal } from './configure.ts'
import { localEnvironment } from './stage.ts'

const gateway = 'http://127.0.0.1:2'

/** What the real ECS needs. */
const REQUIRED = {
  ECS_MANAGER__INSTANCE__IMAGE_ID: 'image-a',
  ECS_MANAGER__INSTANCE__ZONE: 'cn-beijing-a',
  ECS_MANAGER__NETWORK__SUBNET_ID: 'subnet-a',
  ECS_MANAGER__NETWORK__SECURITY_GROUP_IDS: '["sg-a"]',
}
const COMMON = { VOLCENGINE_ACCESS_KEY: 'AKCOMMON', VOLCENGINE_SECRET_KEY: 'fake-common' }
const hashed = (key = '') => `sha256:${createHash('sha256').update(key).digest('hex')}`

/** The variables that a deployment sets from a shell with these variables. */
function deployed(options: Parameters<typeof configureLocal>[0], shell: Record<string, string> = {}) {
  const configured = configureLocal(options)
  return { ...configured, environment: localEnvironment(shell, 'http://127.0.0.1:1', { ...configured.run, gateway }) }
}

/** The bridge's key in security.keys. */
const ofBridge = (bridgeKey = '') => ({ key: hashed(bridgeKey), actions: ['ValidateVncToken'] })

const keysOf = (settings: Record<string, string>, shell = {}) => {
  const { environment, key, bridgeKey } = deployed({ auth: 'key', settings }, shell)
  return { keys: JSON.parse(environment.ECS_MANAGER__SECURITY__KEYS ?? '{}'), key, bridgeKey }
}

describe('where keys are needed', () => {
  test('one is created for people if none is configured, and one for the bridge, and their hashes are deployed', () => {
    const { keys, key, bridgeKey } = keysOf({})
    expect(keys).toEqual({ local: hashed(key), console: ofBridge(bridgeKey) })
    expect(key).not.toBe(bridgeKey)
  })

  test('configured keys are kept, whatever their names', () => {
    const own = { console: 'fake-key-for-tests', local: 'fake-key-2-for-tests' }
    const settings = { ECS_MANAGER__SECURITY__KEYS: JSON.stringify(own) }
    const { keys, key, bridgeKey } = keysOf(settings)
    expect(key).toBeUndefined()
    expect(keys).toEqual({ ...own, 'console-': ofBridge(bridgeKey) })
    // The same variables in the shell of the deployment.
    const again = keysOf(settings, settings)
    expect(again.keys).toEqual({ ...own, 'console-': ofBridge(again.bridgeKey) })
  })

  test('configured keys keep their rights and owners, from the variable as well as from the file', () => {
    const planner = { key: hashed('key-of-the-planner'), actions: ['read', 'lifecycle'] }
    const operator = { key: 'key-of-the-operator', actions: ['read', 'use', 'lifecycle'], owner: 'all' }
    const expected = { planner: { ...planner, owner: 'self' }, operator }
    const fromVariable = keysOf({ ECS_MANAGER__SECURITY__KEYS: JSON.stringify({ planner, operator }) })
    expect(fromVariable.keys).toEqual({ ...expected, console: ofBridge(fromVariable.bridgeKey) })

    const folder = mkdtempSync(join(tmpdir(), 'configure-test-'))
    const file = join(folder, 'config.toml')
    const tables = Object.entries({ planner, operator }).map(([name, setting]) => {
      const values = Object.entries(setting).map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
      return `[security.keys.${name}]\n${values.join('\n')}\n`
    })
    writeFileSync(file, tables.join('\n'))
    const fromFile = keysOf({ ECS_MANAGER_CONFIG_FILE: file })
    rmSync(folder, { recursive: true })
    expect(fromFile.key).toBeUndefined()
    expect(fromFile.keys).toEqual({ ...expected, console: ofBridge(fromFile.bridgeKey) })
  })
})

test('no key is created if none is needed', () => {
  const { environment, bridgeKey } = deployed({})
  expect(bridgeKey).toBeUndefined()
  expect(environment).not.toHaveProperty('ECS_MANAGER__SECURITY__KEYS')
})

test('the console is the viewer, unless another one or none is configured', () => {
  const template = (settings: Record<string, string>) =>
    deployed({ settings }).environment.ECS_MANAGER__TERMINAL__VNC_URL_TEMPLATE
  expect(template({})).toBe('http://127.0.0.1:2/console#token={token}')
  const other = 'https://viewer.example/#{token}'
  expect(template({ ECS_MANAGER__TERMINAL__VNC_URL_TEMPLATE: other })).toBe(other)
  expect(template({ ECS_MANAGER__TERMINAL__VNC_URL_TEMPLATE: '' })).toBe('')
})

test('emulated machines have desktops only if these are started; for real ones, the file says it', () => {
  const desktops = (options: Parameters<typeof configureLocal>[0]) =>
    deployed(options).environment.ECS_MANAGER__TERMINAL__DESKTOPS
  expect(desktops({})).toBe('false')
  expect(desktops({ desktops: true })).toBe('true')
  expect(desktops({ settings: { ECS_MANAGER__TERMINAL__DESKTOPS: 'true' } })).toBe('true')
  expect(desktops({ cloud: true, desktops: false, settings: { ...REQUIRED, ...COMMON } })).toBeUndefined()
})

describe('a deployment', () => {
  test('has the settings of the shell of npm start; its own variables win over them, and the flags over both', () => {
    const { environment } = deployed(
      {
        auth: 'gateway',
        settings: {
          ECS_MANAGER__LOG__FORMAT: 'json',
          ECS_MANAGER__LOG__LEVEL: 'warn',
          ECS_MANAGER__SECURITY__AUTH: 'key',
        },
      },
      { ECS_MANAGER__LOG__LEVEL: 'error', ECS_MANAGER__SECURITY__AUTH: 'key' },
    )
    expect(environment).toMatchObject({
      ECS_MANAGER__LOG__FORMAT: 'json',
      ECS_MANAGER__LOG__LEVEL: 'error',
      ECS_MANAGER__SECURITY__AUTH: 'gateway',
    })
  })

  test('gets an absolute path of the configuration file', () => {
    const { run } = configureLocal({ settings: { ECS_MANAGER_CONFIG_FILE: 'config.toml' } })
    expect(run.settings.ECS_MANAGER_CONFIG_FILE).toBe(`${process.cwd()}/config.toml`)
  })
})

describe('with the real ECS', () => {
  const own = {
    ECS_MANAGER__VOLCENGINE__ACCESS_KEY: 'AKOWN',
    ECS_MANAGER__VOLCENGINE__SECRET_KEY: 'fake-own',
    ECS_MANAGER__VOLCENGINE__SESSION_TOKEN: 'fake-token',
  }

  test.each([
    ['of the official variables', COMMON, { accessKeyId: 'AKCOMMON', secretKey: 'fake-common', sessionToken: '' }],
    [
      'of our own before these',
      { ...COMMON, ...own },
      { accessKeyId: 'AKOWN', secretKey: 'fake-own', sessionToken: 'fake-token' },
    ],
  ])("the credentials %s are the role's, and in no variable", (_what, credentials, expected) => {
    const found = deployed({ cloud: true, settings: { ...REQUIRED, ...credentials } }, { ...COMMON, ...own })
    expect(found.credentials).toEqual(expected)
    expect(JSON.stringify([found.run, found.environment])).not.toMatch(/fake-|AKCOMMON|AKOWN/)
    expect(found.environment).not.toHaveProperty('ECS_MANAGER__VOLCENGINE__ENDPOINT')
  })
})
