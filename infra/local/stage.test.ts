import { describe, expect, test } from 'vitest'
import { stageSettings } from './stage.ts'

test('other stages have nothing of it', () => {
  expect(
    stageSettings('prod', { ECS_MANAGER__LOG__LEVEL: 'warn', ECS_MANAGER_LOCAL_CLOUD: 'http://127.0.0.1:1' }),
  ).toEqual({})
})

describe('the stage local', () => {
  test('leads to the emulated cloud, behind a gateway that nobody else reaches, with a role', () => {
    expect(stageSettings('local', {})).toEqual({
      endpoint: 'http://127.0.0.1:18103',
      role: expect.stringMatching(/^trn:iam::\d+:role\//),
      gateway: expect.objectContaining({ network: 'private' }),
      environment: expect.objectContaining({
        ECS_MANAGER__VOLCENGINE__ENDPOINT: 'http://127.0.0.1:18103',
        ECS_MANAGER__SECURITY__AUTH: 'gateway',
        ECS_MANAGER__INSTANCE__ZONE: 'cn-beijing-a',
      }),
    })
  })

  test('gets the settings of the shell, and no real credentials', () => {
    const environment = environmentWith({
      ECS_MANAGER__SECURITY__AUTH: 'key',
      ECS_MANAGER__VOLCENGINE__ACCESS_KEY: 'real',
      ECS_MANAGER__VOLCENGINE__ENDPOINT: 'https://open.volcengineapi.com',
      VOLCENGINE_SECRET_KEY: 'real',
      ECS_MANAGER_LOCAL_CLOUD: 'http://127.0.0.1:7',
    })
    expect(environment).toMatchObject({
      ECS_MANAGER__SECURITY__AUTH: 'key',
      ECS_MANAGER__VOLCENGINE__ENDPOINT: 'http://127.0.0.1:7',
    })
    expect(Object.values(environment)).not.toContain('real')
    expect(environment).not.toHaveProperty('ECS_MANAGER_LOCAL_CLOUD')
  })

  test('uses the real ECS where that is wanted, and no role of the emulated cloud', () => {
    const shell = { ECS_MANAGER_LOCAL_REAL_ECS: 'yes', VOLCENGINE_SECRET_KEY: 'real' }
    expect(stageSettings('local', shell)).not.toHaveProperty('role')
    expect(environmentWith(shell)).toMatchObject({ VOLCENGINE_SECRET_KEY: 'real' })
    expect(environmentWith(shell)).not.toHaveProperty('ECS_MANAGER__VOLCENGINE__ENDPOINT')
  })
})

function environmentWith(shell: Record<string, string>): Record<string, string> {
  return (stageSettings('local', shell) as { environment: Record<string, string> }).environment
}
