import { describe, expect, test } from 'vitest'
import { configure } from './configure.ts'

const urls = { cloud: 'http://127.0.0.1:1', gateway: 'http://127.0.0.1:2' }
const keysOf = (settings: Record<string, string>) => {
  const { environmentFor, key, bridgeKey } = configure({ auth: 'key', settings })
  return { keys: JSON.parse(environmentFor(urls).ECS_MANAGER__SECURITY__KEYS ?? '{}'), key, bridgeKey }
}

describe('where keys are needed', () => {
  test('one is made for people where none is configured, and one for the bridge', () => {
    const { keys, key, bridgeKey } = keysOf({})
    expect(keys).toEqual({ local: key, console: bridgeKey })
    expect(key).not.toBe(bridgeKey)
  })

  test('those that are configured stay what they are, whatever their names', () => {
    const own = { console: 'fake-key-for-tests', local: 'fake-key-2-for-tests' }
    const { keys, key, bridgeKey } = keysOf({ ECS_MANAGER__SECURITY__KEYS: JSON.stringify(own) })
    expect(key).toBeUndefined()
    expect(keys).toEqual({ ...own, 'console-': bridgeKey })
  })
})

test('without keys none is made', () => {
  const { environmentFor, bridgeKey } = configure({})
  expect(bridgeKey).toBeUndefined()
  expect(environmentFor(urls)).not.toHaveProperty('ECS_MANAGER__SECURITY__KEYS')
})

test('the console is the viewer, unless another one is configured', () => {
  const template = (settings: Record<string, string>) =>
    configure({ settings }).environmentFor(urls).ECS_MANAGER__TERMINAL__VNC_URL_TEMPLATE
  expect(template({})).toBe('http://127.0.0.1:2/console#token={token}')
  const other = 'https://viewer.example/#{token}'
  expect(template({ ECS_MANAGER__TERMINAL__VNC_URL_TEMPLATE: other })).toBe(other)
})
