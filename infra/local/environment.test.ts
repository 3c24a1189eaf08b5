import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { emulatedSettings, settingsOf, withoutCredentials } from './environment.ts'

describe("of the user's environment", () => {
  const environment = {
    PATH: '/bin',
    AWS_SECRET_ACCESS_KEY: 'other',
    VOLCENGINE_ACCESS_KEY: 'real',
    VOLCENGINE_SECRET_KEY: 'real',
    VOLCENGINE_SESSION_TOKEN: 'real',
    ECS_MANAGER_CONFIG_FILE: '/some/config.toml',
    ECS_MANAGER_LOCAL_CLOUD: 'http://127.0.0.1:18103',
    ECS_MANAGER__LOG__LEVEL: 'warn',
    ECS_MANAGER__VOLCENGINE__REGION: 'cn-shanghai',
    ECS_MANAGER__VOLCENGINE__ENDPOINT: 'https://open.volcengineapi.com',
    ECS_MANAGER__VOLCENGINE__ACCESS_KEY: 'real',
    ECS_MANAGER__VOLCENGINE__SECRET_KEY: 'real',
    ECS_MANAGER__VOLCENGINE__SESSION_TOKEN: 'real',
  }

  test('the emulated cloud gets the settings, and neither address nor credentials of a real cloud', () => {
    expect(settingsOf(environment, false)).toEqual({
      ECS_MANAGER_CONFIG_FILE: '/some/config.toml',
      ECS_MANAGER__LOG__LEVEL: 'warn',
      ECS_MANAGER__VOLCENGINE__REGION: 'cn-shanghai',
    })
  })

  test('the real cloud gets the settings and the credentials', () => {
    const { PATH: _path, AWS_SECRET_ACCESS_KEY: _other, ECS_MANAGER_LOCAL_CLOUD: _cloud, ...wanted } = environment
    expect(settingsOf(environment, true)).toEqual(wanted)
  })

  test('credentials are not deployed', () => {
    expect(withoutCredentials(settingsOf(environment, true))).toEqual({
      ...settingsOf(environment, false),
      ECS_MANAGER__VOLCENGINE__ENDPOINT: 'https://open.volcengineapi.com',
    })
  })
})

describe('emulated settings', () => {
  let directory: string
  const file = () => join(directory, 'config.toml')

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'environment-test-'))
  })
  afterAll(() => rmSync(directory, { recursive: true }))

  const access = { ECS_MANAGER__VOLCENGINE__ENDPOINT: 'http://127.0.0.1:1' }

  test('fill in what is empty or missing in the file', () => {
    writeFileSync(file(), '[volcengine]\nregion = "cn-shanghai"\n[instance]\nimage_id = ""\n')
    expect(emulatedSettings(file(), 'http://127.0.0.1:1')).toEqual({
      ...access,
      ECS_MANAGER__INSTANCE__IMAGE_ID: 'image-emulated-linux',
      ECS_MANAGER__INSTANCE__WINDOWS_IMAGE_ID: 'image-emulated-windows',
      ECS_MANAGER__INSTANCE__ZONE: 'cn-shanghai-a',
      ECS_MANAGER__NETWORK__SUBNET_ID: 'subnet-emulated',
      ECS_MANAGER__NETWORK__SECURITY_GROUP_IDS: '["sg-emulated"]',
      ECS_MANAGER__WINDOWS__AGENT_KEY: 'local-agent-key',
    })
  })

  test('do not replace what is set in the file', () => {
    writeFileSync(
      file(),
      '[instance]\nimage_id = "image-a"\nwindows_image_id = "image-b"\nzone = "z-a"\n[network]\nsubnet_id = "subnet-a"\nsecurity_group_ids = ["sg-a"]\n[windows]\nagent_key = "key-a"\n',
    )
    expect(emulatedSettings(file(), 'http://127.0.0.1:1')).toEqual(access)
  })

  test('leave a file that is not TOML to the check of the configuration', () => {
    writeFileSync(file(), 'secret = "')
    expect(emulatedSettings(file(), 'http://127.0.0.1:1')).toMatchObject(access)
  })
})
