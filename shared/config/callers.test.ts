import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, test } from 'vitest'
import { ACTIONS, callerOfConsumer, callerOfKey, digestOf, GROUPS, keysOf, toRights } from './callers.ts'
import { ConfigError, loadConfig } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'callers-'))
const file = join(folder, 'config.toml')
afterAll(() => rmSync(folder, { recursive: true }))

const NEEDED = {
  ECS_MANAGER__INSTANCE__IMAGE_ID: 'image-a',
  ECS_MANAGER__INSTANCE__ZONE: 'cn-beijing-a',
  ECS_MANAGER__NETWORK__SUBNET_ID: 'subnet-a',
  ECS_MANAGER__NETWORK__SECURITY_GROUP_IDS: '["sg-a"]',
}

function securityOf(toml: string, env: Record<string, string> = {}) {
  writeFileSync(file, toml)
  return loadConfig({ file, env: { ...NEEDED, ...env } }).security
}

/** The problems, one a line. */
function problemsOf(toml: string): string[] {
  try {
    securityOf(toml)
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n').map((line) => line.replace(` (${file})`, ''))
    throw error
  }
  return []
}

const keys = (entries: string) => `[security.keys]\n${entries}`
const hashOf = (key: string) => createHash('sha256').update(key).digest('hex')
const LIST = `read, use, lifecycle, ${ACTIONS.join(', ')}`

describe('a mistake in security.keys', () => {
  it.each([
    ['an empty list', 'a = { key = "fake-key-1", actions = [] }', `.a.actions must be a list, not empty, of ${LIST}`],
    ['no list', 'a = { key = "fake-key-1" }', '.a.actions is required'],
    [
      'a text as the list',
      'a = { key = "fake-key-1", actions = "read" }',
      `.a.actions must be a list, not empty, of ${LIST}`,
    ],
    [
      'an unknown action',
      'a = { key = "fake-key-1", actions = ["Read"] }',
      `.a.actions must be a list, not empty, of ${LIST}`,
    ],
    [
      'one unknown action',
      'a = { key = "fake-key-1", actions = ["read", "Run"] }',
      `.a.actions must be a list, not empty, of ${LIST}`,
    ],
    [
      'the timer as an action',
      'a = { key = "fake-key-1", actions = ["CleanupSandboxes"] }',
      `.a.actions must be a list, not empty, of ${LIST}`,
    ],
    ['no key', 'a = { actions = ["read"] }', '.a.key is required'],
    [
      'a short key',
      'a = { key = "short", actions = ["read"] }',
      '.a.key must be a key (8 to 256 characters, no space, no comma) or "sha256:<hex>"',
    ],
    [
      'an empty owner',
      'a = { key = "fake-key-1", actions = ["read"], owner = "" }',
      '.a.owner must be 1 to 64 letters, digits and _ . @ - ("self": the name of the key; "all": every owner)',
    ],
    [
      'an owner that is a number',
      'a = { key = "fake-key-1", actions = ["read"], owner = 7 }',
      '.a.owner must be 1 to 64 letters, digits and _ . @ - ("self": the name of the key; "all": every owner)',
    ],
    [
      'an unknown field',
      'a = { key = "fake-key-1", actions = ["read"], owners = "all" }',
      '.a.owners is not known: the table has key, actions, owner',
    ],
    ['the hash of nothing', `a = "sha256:${hashOf('')}"`, '.a must not be the hash of an empty text'],
    [
      'a list in the place of a key',
      'a = ["fake-key-1"]',
      '.a must be a key (8 to 256 characters, no space, no comma), "sha256:<hex>", or a table { key, actions, owner }',
    ],
    [
      'one key under two names',
      'a = "fake-key-1"\nb = { key = "fake-key-1", actions = ["read"] }',
      ' must not have the same key under two names: a, b',
    ],
    [
      'a key and its hash',
      `a = "fake-key-1"\nb = "sha256:${hashOf('fake-key-1')}"`,
      ' must not have the same key under two names: a, b',
    ],
    [
      'a name with a space',
      '"a b" = "fake-key-1"',
      ' must be a table, and each name in it must be 1 to 64 letters, digits and _ . @ -',
    ],
    [
      'the name of a prototype',
      '__proto__ = "fake-key-1"',
      ' must be a table, and each name in it must be 1 to 64 letters, digits and _ . @ -',
    ],
  ])('%s is named, without a value', (_name, entries, problem) => {
    expect(problemsOf(keys(entries))).toEqual([`security.keys${problem}`])
  })

  it('does not hide another one', () => {
    expect(problemsOf(keys('a = { key = "short", actions = [] }\nb = "x"'))).toEqual([
      expect.stringMatching(/^security\.keys\.a\.key must be/),
      expect.stringMatching(/^security\.keys\.a\.actions must be/),
      expect.stringMatching(/^security\.keys\.b must be/),
    ])
  })

  it('comes with the name of the variable that it comes from', () => {
    const env = { ECS_MANAGER__SECURITY__KEYS: '{"a":{"key":"fake-key-1","actions":[]}}' }
    expect(() => securityOf('', env)).toThrow(/^security\.keys\.a\.actions .* ECS_MANAGER__SECURITY__KEYS\)$/)
  })
})

describe('a mistake in security.consumers', () => {
  it.each([
    ['a text', 'a = "read"', '.a must be a table of actions, owner'],
    ['an empty list', 'a = { actions = [] }', `.a.actions must be a list, not empty, of ${LIST}`],
    ['a key', 'a = { key = "fake-key-1", actions = ["read"] }', '.a.key is not known: the table has actions, owner'],
  ])('%s is named', (_name, entries, problem) => {
    expect(problemsOf(`[security.consumers]\n${entries}`)).toEqual([`security.consumers${problem}`])
  })
})

/** The caller of the only key in the table. */
function callerWith(setting: string) {
  const [entry] = Object.entries(securityOf(keys(`planner = ${setting}`)).keys)
  return entry && toRights(callerOfKey(...entry))
}

describe('a key', () => {
  it('that is a text may do everything', () => {
    expect(callerWith('"fake-key-1"')).toEqual({ Name: 'planner', Actions: ACTIONS, Owner: undefined })
  })

  it.each([
    ['nothing', '', 'planner'],
    ['"self"', ', owner = "self"', 'planner'],
    ['"all"', ', owner = "all"', undefined],
    ['a name', ', owner = "team-a"', 'team-a'],
  ])('whose owner is %s sees these sandboxes', (_name, owner, expected) => {
    expect(callerWith(`{ key = "fake-key-1", actions = ["read"]${owner} }`)?.Owner).toBe(expected)
  })

  it.each([
    ['"all"', 'planner'],
    ['"self"', 'planner'],
    ['"team-a"', 'team-a'],
  ])('whose owner is %s creates sandboxes of an owner', (owner, expected) => {
    const setting = { key: 'fake-key-1', actions: ['read' as const], owner: JSON.parse(owner) as string }
    expect(callerOfKey('planner', setting).owner).toBe(expected)
  })

  it('has the functions of its groups and names, and no others', () => {
    const rights = callerWith('{ key = "fake-key-1", actions = ["use", "DeleteSandbox", "ValidateVncToken"] }')
    expect(rights?.Actions).toEqual(['DescribeSandboxTerminalUrl', 'ValidateVncToken', 'UseDesktop', 'DeleteSandbox'])
  })

  it('is hidden in the log, whichever form it has', () => {
    const { keys: found } = securityOf(keys('a = "fake-key-1"\nb = { key = "fake-key-2", actions = ["read"] }'))
    expect(keysOf(found)).toEqual(['fake-key-1', 'fake-key-2'])
  })

  it('and its hash have the same digest', () => {
    expect(digestOf(`sha256:${hashOf('fake-key-1')}`)).toEqual(digestOf('fake-key-1'))
    expect(digestOf({ key: 'fake-key-1', actions: ['read'], owner: 'self' })).toEqual(digestOf('fake-key-1'))
  })
})

describe('a consumer of the gateway', () => {
  const consumers = {
    planner: { actions: ['read' as const], owner: 'self' },
    'front.end': { actions: ['use' as const], owner: 'all' },
  }

  it('may do everything if none is configured', () => {
    expect(callerOfConsumer('planner', {})).toEqual({ ...callerOfKey('planner', 'any'), name: 'planner' })
    expect(toRights(callerOfConsumer('', {}))).toEqual({ Name: undefined, Actions: ACTIONS, Owner: undefined })
  })

  it('has the rights that are configured for it', () => {
    expect(toRights(callerOfConsumer('planner', consumers))).toEqual({
      Name: 'planner',
      Actions: ['DescribeSandboxes'],
      Owner: 'planner',
    })
    expect(toRights(callerOfConsumer('front.end', consumers)).Owner).toBeUndefined()
  })

  it.each([
    '',
    'other',
    'Planner',
    'planner ',
    'planner,planner',
    'plan/ner',
    'constructor',
    '__proto__',
    'x'.repeat(65),
  ])('with the name %j that is not configured has no right and sees nothing', (name) => {
    const { actions, owner, seesAll } = callerOfConsumer(name, consumers)
    expect([actions.size, owner, seesAll]).toEqual([0, undefined, false])
  })

  it('with a name that is not a name is nobody', () => {
    expect(callerOfConsumer('a b', {})).toMatchObject({ name: '', owner: undefined })
  })
})

test('every function that a caller can call is in one group, and so is the right to use desktops', () => {
  const functions = join(import.meta.dirname, '../../functions')
  const names = readdirSync(functions, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => readFileSync(join(functions, name, 'index.ts'), 'utf8'))
    .flatMap((source) => (source.includes('timer({') ? [] : (/ name: '(\w+)'/.exec(source)?.[1] ?? [])))
  expect(Object.values(GROUPS).flat().sort()).toEqual([...names, 'UseDesktop'].sort())
})
