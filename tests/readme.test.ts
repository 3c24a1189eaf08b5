import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { parse } from 'smol-toml'
import { describe, expect, test } from 'vitest'
import { FAILURE_RESPONSES } from '../infra/api/failure-responses.ts'
import { ConfigSchema } from '../shared/config/schema.ts'

const project = join(import.meta.dirname, '..')
const FOLDERS = ['functions', 'infra', 'shared', 'tests']

const read = (file: string) => readFileSync(join(project, file), 'utf8')

const filesIn = (folder: string) =>
  readdirSync(join(project, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => !file.includes('node_modules'))
    .map((file) => join(folder, file))

const documents = [...readdirSync(project), ...FOLDERS.flatMap(filesIn)].filter((file) => file.endsWith('.md'))

const FENCE = /^ *```(\w*)\n(.*?)^ *```/gms

const withoutCode = (text: string) => text.replace(FENCE, '')

/** The blocks of code in a language. */
const blocksOf = (file: string, wanted: string) =>
  [...read(file).matchAll(FENCE)].flatMap(([, language, code = '']) => (language === wanted ? [code] : []))

const spansOf = (text: string) => [...withoutCode(text).matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span)

/** All captures of the first group. */
const captures = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, capture = '']) => capture)

/** The anchors that GitHub gives to the headings of a document. */
function anchorsOf(file: string): string[] {
  const seen = new Map<string, number>()
  return captures(withoutCode(read(file)), /^#+ (.*)$/gm).map((heading) => {
    const anchor = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-')
    const count = seen.get(anchor) ?? 0
    seen.set(anchor, count + 1)
    return count === 0 ? anchor : `${anchor}-${count}`
  })
}

test('README.md has at most 180 lines', () => {
  expect(read('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(180)
})

test('README.md leads to every other document', () => {
  const links = captures(read('README.md'), /\]\(([^)#]+)/g)
  expect(documents.filter((file) => file !== 'README.md' && !links.includes(file))).toEqual([])
})

describe.each(documents)('%s', (file) => {
  const text = read(file)

  test('has only links that lead somewhere', () => {
    const broken = captures(withoutCode(text), /\]\(([^)\s]+)\)/g)
      .filter((link) => !/^https?:/.test(link))
      .filter((link) => {
        const [path = '', anchor] = link.split('#')
        const target = path === '' ? file : relative(project, join(project, dirname(file), path))
        if (!existsSync(join(project, target))) return true
        return anchor !== undefined && !(target.endsWith('.md') && anchorsOf(target).includes(anchor))
      })
    expect(broken).toEqual([])
  })

  test('names only files and folders that exist', () => {
    const paths = captures(text, new RegExp(`(?<![\\w./<-])((?:${FOLDERS.join('|')})/[\\w./-]*)`, 'g'))
    const missing = paths.filter((path) => !existsSync(join(project, path.replace(/\.$/, ''))))
    expect(missing).toEqual([])
  })

  test('names only npm scripts and functions that exist', () => {
    const { scripts } = JSON.parse(read('package.json'))
    const called = [...captures(text, /npm run ([\w:-]+)/g), ...captures(text, /npm (start|test)\b/g)]
    expect(called.filter((name) => !(name in scripts))).toEqual([])
    const functions = captures(text, /serverless .*-f ([a-z][a-z-]*)/g)
    expect(functions.filter((name) => !existsSync(join(project, 'functions', name, 'index.ts')))).toEqual([])
  })

  test('names only keys of the configuration that exist', () => {
    const sections = Object.keys(ConfigSchema.entries).join('|')
    const inText = spansOf(text).flatMap((span) => [
      ...span.matchAll(new RegExp(`(?<![\\w./-])(${sections})\\.([a-z_]+)\\b`, 'g')),
    ])
    const inEnvironment = [...text.matchAll(/ECS_MANAGER__([A-Z]+)__([A-Z_]+)/g)]
    const inToml = blocksOf(file, 'toml').flatMap((code) =>
      Object.entries(parse(code)).flatMap(([section, keys]) =>
        Object.keys(keys as object).map((key) => ['', section, key]),
      ),
    )
    const unknown = [...inText, ...inEnvironment, ...inToml]
      .map(([, section = '', key = '']) => `${section}.${key}`.toLowerCase())
      .filter((name) => !isConfigured(name))
    expect(unknown).toEqual([])
  })
})

function isConfigured(name: string): boolean {
  const [section = '', key = ''] = name.split('.')
  const schema = Object.entries(ConfigSchema.entries).find(([known]) => known === section)?.[1]
  return schema !== undefined && key in schema.entries
}

test('functions/README.md lists exactly the error codes of the API', () => {
  const [, table = ''] = /\| status \| Code \| meaning \|\n(.*?)\n\n/s.exec(read('functions/README.md')) ?? []
  const listed = table.split('\n').flatMap((row) => spansOf(row.split('|')[2] ?? ''))
  const known = Object.values(FAILURE_RESPONSES).flatMap(({ codes }) => Object.keys(codes))
  expect(new Set(listed)).toEqual(new Set(known.filter((code) => code !== '*')))
})

test('infra/deploy/OPERATIONS.md quotes messages that the manager writes', () => {
  const sources = filesIn('shared')
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map(read)
    .join('\n')
  const [, table = ''] = /\| it says \| cause \| do this \|\n(.*?)\n\n/s.exec(read('infra/deploy/OPERATIONS.md')) ?? []
  const quoted = table.split('\n').flatMap((row) => spansOf((row.split('|')[1] ?? '').replace('`notes`', '')))
  expect(quoted.length).toBeGreaterThan(3)
  // "(...)" is a value.
  const parts = quoted.flatMap((message) => message.split('(...)')).map((part) => part.trim())
  expect(parts.filter((part) => !sources.includes(part))).toEqual([])
})

describe('the policy of', () => {
  /** Texts in quotes that are names of actions, in the sources of a folder. */
  function actionsIn(folder: string, { source }: RegExp): string[] {
    const files = filesIn(folder).filter((file) => file.endsWith('.ts') && !/test(ing)?\.ts$/.test(file))
    const names = files.flatMap((file) => captures(read(file), new RegExp(`'(${source})'`, 'g')))
    return [...new Set(names)].sort()
  }

  /** The actions that a policy permits, as `<service>:<action>`; it permits nothing else. */
  function permitted(file: string): string[] {
    const { Statement, ...others } = JSON.parse(read(`infra/deploy/${file}`))
    expect(others).toEqual({})
    expect(Statement).toEqual([{ Effect: 'Allow', Resource: ['*'], Action: expect.any(Array) }])
    return Statement[0].Action
  }

  test('the deployer names every action that a deployment calls, and no other', () => {
    const called = actionsIn(
      'infra/deploy/serverless-vefaas',
      /(Get|List|Check|Create|Update|Delete|Gen)[A-Z]\w+|Release/,
    )
    // The names of actions on triggers are composed in the source: only their verbs differ.
    const onTriggers = ['Timer', 'KafkaTrigger'].flatMap((kind) =>
      ['Create', 'Update', 'Delete'].map((verb) => verb + kind),
    )
    const onEcs = actionsIn('infra/deploy/guard', /(Run|Describe|Delete)[A-Z]\w+/).map((name) => `ecs:${name}`)
    const others = [...new Set([...called, ...onTriggers])].sort()
    const actions = permitted('policy-deployer.json')
    expect(actions.filter((action) => action.startsWith('ecs:'))).toEqual(onEcs)
    const ofPlatform = actions.filter((action) => !action.startsWith('ecs:'))
    expect(ofPlatform.map((action) => action.replace(/^(vefaas|apig):/, '')).sort()).toEqual(others)
  })

  test('the functions names every action of ECS that they call, and no other', () => {
    const called = actionsIn(
      'shared/manager',
      /(Run|Describe|Delete|Stop|Start|Reboot)Instance\w*|(Tag|Untag)Resources/,
    )
    expect(permitted('policy-functions.json').sort()).toEqual(called.map((name) => `ecs:${name}`))
  })
})

test('the screenshot of README.md is a PNG below 200 kB', () => {
  const file = join(project, 'infra/local/console.png')
  expect(statSync(file).size).toBeLessThan(200_000)
  expect(readFileSync(file).subarray(1, 4).toString()).toBe('PNG')
})
