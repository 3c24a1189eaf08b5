import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'smol-toml'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { NEEDED } from '../../tests/support/service.ts'
import { loadConfig } from './index.ts'
import { ConfigSchema } from './schema.ts'

const file = join(import.meta.dirname, '..', '..', 'config.toml')
const shipped = readFileSync(file, 'utf8')

describe('config.toml as shipped', () => {
  test('lacks what it marks as NEEDED, and nothing else', () => {
    const problems = messageOf({})
    const keys = problems.split('\n').map((line) => line.split(' ', 1)[0])
    expect(keys.sort()).toEqual([
      'instance.image_id',
      'instance.zone',
      'network.security_group_ids',
      'network.subnet_id',
    ])
    for (const line of problems.split('\n')) expect(line).toContain(file)
    expect(shipped.match(/NEEDED:/g)).toHaveLength(3)
  })

  test('loads with these from the environment', () => {
    expect(loadConfig({ file, env: NEEDED })).toMatchObject({
      instance: { image_id: 'image-linux', zone: 'cn-beijing-a' },
      network: { subnet_id: 'subnet-test', security_group_ids: ['sg-test'] },
      security: { auth: 'key', keys: {} },
    })
  })

  test('has every key of the schema, and no other', () => {
    const keysOf = (table: object) =>
      Object.entries(table).flatMap(([section, keys]) => Object.keys(keys).map((key) => `${section}.${key}`))
    const known = Object.entries(ConfigSchema.entries).map(([section, { entries }]) => [section, entries])
    expect(keysOf(parse(shipped)).sort()).toEqual(keysOf(Object.fromEntries(known)).sort())
  })

  test('says of each value what holds when it is left out', () => {
    const values = parse(shipped) as Record<string, Record<string, unknown>>
    for (const [section, { entries }] of Object.entries(ConfigSchema.entries)) {
      for (const [key, setting] of Object.entries(entries)) {
        expect([section, key, values[section]?.[key]]).toEqual([section, key, v.getDefault(setting)])
      }
    }
  })

  test('grants by default no override that moves a machine out of its fence or carries a secret', () => {
    const { allowed_overrides } = loadConfig({ file, env: NEEDED }).security
    for (const name of ['ProjectName', 'SubnetId', 'SecurityGroupIds', 'Password']) {
      expect(allowed_overrides).not.toContain(name)
    }
    expect(allowed_overrides).toHaveLength(7)
  })

  const bounds = documentedBounds()

  test('documents bounds of several keys', () => {
    expect(bounds.length).toBeGreaterThanOrEqual(5)
  })

  test.each(bounds)('means the bounds that it documents for %s: %i to %i', (name, low, high) => {
    const variable = `ECS_MANAGER__${name.replace('.', '__').toUpperCase()}`
    for (const good of [low, high]) {
      expect(() => loadConfig({ file, env: { ...NEEDED, [variable]: String(good) } })).not.toThrow()
    }
    // "0: ..." in a comment is a value of its own.
    for (const bad of [low === 1 ? -1 : low - 1, high + 1, low + 0.5]) {
      const problem = messageOf({ ...NEEDED, [variable]: String(bad) })
      expect(problem).toMatch(new RegExp(`^${name.replace('.', '\\.')} .*${high}`))
      expect(problem).toContain(variable)
    }
  })
})

function messageOf(env: Record<string, string>): string {
  try {
    loadConfig({ file, env })
  } catch (error) {
    return (error as Error).message
  }
  return ''
}

/** Keys whose comment has bounds such as `(1-120)`. */
function documentedBounds(): [name: string, low: number, high: number][] {
  let section = ''
  let comment = ''
  return shipped.split('\n').flatMap((line): [string, number, number][] => {
    section = /^\[(\w+)\]/.exec(line)?.[1] ?? section
    const key = /^(\w+) = \d+$/.exec(line)?.[1]
    const [, low, high] = /\((\d+)-(\d+)\)/.exec(comment) ?? []
    comment = line.startsWith('#') ? comment + line : ''
    return key && low && high ? [[`${section}.${key}`, Number(low), Number(high)]] : []
  })
}
