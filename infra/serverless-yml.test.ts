import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseFunctions, readFunctions } from './serverless-yml.ts'

describe('the functions of a serverless.yml', () => {
  test('are its keys below functions with the folders of their handlers', () => {
    const text = `
service: \${opt:name, 'any'}
provider: \${file(provider.yml)}
functions:
  first: { handler: functions/one/index.handler, memorySize: 512 }
  second:
    handler: functions/two/index.handler
    timeout: \${param:timeout}
`
    expect(parseFunctions(text)).toEqual([
      { name: 'first', folder: 'one' },
      { name: 'second', folder: 'two' },
    ])
  })

  test('may have the same folder, and use aliases of YAML', () => {
    const text = `
custom: { usual: &usual { handler: functions/one/index.handler } }
functions:
  first: *usual
  second: { <<: *usual, timeout: 60 }
`
    expect(parseFunctions(text)).toEqual([
      { name: 'first', folder: 'one' },
      { name: 'second', folder: 'one' },
    ])
  })

  test('of this project have a folder each', () => {
    const functions = readFunctions(join(import.meta.dirname, '../serverless.yml'))
    expect(functions.map(({ name }) => name)).toContain('create-sandbox')
    expect(functions.map(({ folder }) => folder)).toEqual(functions.map(({ name }) => name))
  })
})

describe('reports with its line', () => {
  const rule = 'must be functions/<folder>/index.handler'
  test.each<[what: string, text: string, message: string]>([
    ['an empty file', '', 'serverless.yml:1: functions: must be a map of functions'],
    ['no functions', 'service: any\nfunctions: {}\n', 'serverless.yml:2: functions: must be a map of functions'],
    ['a variable', `functions: \${file(functions.yml)}`, 'serverless.yml:1: functions: must be a map of functions'],
    ['a list', '- functions', 'serverless.yml:1: functions: must be a map of functions'],
    [
      'invalid YAML',
      'functions:\n  a: [\n',
      'serverless.yml:3: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    ['a key twice', 'functions:\n  a: {}\n  a: {}\n', 'serverless.yml:3: Map keys must be unique'],
    [
      'handlers, all of them',
      'functions:\n  a:\n  b: {}\n  c: { handler: 1 }\n  d:\n    timeout: 1\n    handler: functions/d.handler\n  e: e\n',
      `serverless.yml:2: functions.a.handler: ${rule}
serverless.yml:3: functions.b.handler: ${rule}
serverless.yml:4: functions.c.handler: ${rule}
serverless.yml:7: functions.d.handler: ${rule}
serverless.yml:8: functions.e.handler: ${rule}`,
    ],
    [
      'a folder outside functions/',
      'functions:\n  a: { handler: functions/../index.handler }\n',
      `serverless.yml:2: functions.a.handler: ${rule}`,
    ],
  ])('%s', (_what, text, message) => {
    expect(() => parseFunctions(text)).toThrow(expect.objectContaining({ name: 'BuildError', message }))
  })

  test('a missing file', () => {
    expect(() => readFunctions('/nowhere/serverless.yml')).toThrow(
      expect.objectContaining({ name: 'BuildError', message: '/nowhere/serverless.yml: cannot be read (ENOENT)' }),
    )
  })
})
