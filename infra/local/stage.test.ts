import { describe, expect, test } from 'vitest'
import { cloudUrl } from './local-api-client.ts'
import { localEnvironment, stageSettings } from './stage.ts'

test('other stages have no such settings', async () => {
  expect(
    await stageSettings('prod', { ECS_MANAGER__LOG__LEVEL: 'warn', ECS_MANAGER_LOCAL_CLOUD: 'http://127.0.0.1:1' }),
  ).toEqual({})
})

describe('the stage local', () => {
  const nowhere = { ECS_MANAGER_LOCAL_CLOUD: 'http://127.0.0.1:1' }

  test('uses the emulated cloud, behind a private gateway, with a role', async () => {
    expect(await stageSettings('local', nowhere)).toEqual({
      endpoint: 'http://127.0.0.1:1',
      role: expect.stringMatching(/^trn:iam::\d+:role\//),
      gateway: expect.objectContaining({ network: 'private' }),
      environment: expect.objectContaining({
        ECS_MANAGER__VOLCENGINE__ENDPOINT: 'http://127.0.0.1:1',
        ECS_MANAGER__SECURITY__AUTH: 'gateway',
        ECS_MANAGER__SECURITY__CONSUMERS: '{}',
        ECS_MANAGER__INSTANCE__ZONE: 'cn-beijing-a',
      }),
    })
  })

  test('gets the settings of the shell, and no real credentials', async () => {
    const shell = {
      ...nowhere,
      ECS_MANAGER__SECURITY__AUTH: 'key',
      ECS_MANAGER__VOLCENGINE__ACCESS_KEY: 'real',
      ECS_MANAGER__VOLCENGINE__ENDPOINT: 'https://open.volcengineapi.com',
      VOLCENGINE_SECRET_KEY: 'real',
    }
    const { environment } = (await stageSettings('local', shell)) as { environment: Record<string, string> }
    expect(environment).toMatchObject({
      ECS_MANAGER__SECURITY__AUTH: 'key',
      ECS_MANAGER__VOLCENGINE__ENDPOINT: 'http://127.0.0.1:1',
    })
    expect(Object.values(environment)).not.toContain('real')
    expect(environment).not.toHaveProperty('ECS_MANAGER_LOCAL_CLOUD')
  })

  test('keeps a default if a variable of the shell is empty', async () => {
    const shell = { ...nowhere, ECS_MANAGER__SECURITY__AUTH: '', ECS_MANAGER__INSTANCE__ZONE: '' }
    const run = { settings: shell, isReal: false, gateway: 'http://127.0.0.1:2' }
    for (const environment of [
      localEnvironment(shell, 'http://127.0.0.1:1'),
      localEnvironment({}, 'http://127.0.0.1:1', run),
    ]) {
      expect(environment).toMatchObject({
        ECS_MANAGER__SECURITY__AUTH: 'gateway',
        ECS_MANAGER__INSTANCE__ZONE: 'cn-beijing-a',
      })
    }
  })

  test('is at the port of npm start unless a variable says otherwise', () => {
    expect(cloudUrl({})).toBe('http://127.0.0.1:18103')
    expect(cloudUrl({ ECS_MANAGER_LOCAL_CLOUD: 'http://127.0.0.1:7/' })).toBe('http://127.0.0.1:7')
  })
})
