import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseService, readService, ServiceError } from './service.ts'

const head = `service: ecs-manager
provider:
  name: vefaas
  runtime: node20/v1
  region: cn-beijing
`

/** A file with one function `some-function`, whose further lines are given. */
const withFunction = (lines: string) =>
  `${head}functions:\n  some-function:\n    handler: functions/some-folder/index.handler\n${lines}`

/** The messages of a file that is refused. */
function problemsOf(text: string): string[] {
  try {
    parseService(text)
  } catch (error) {
    if (error instanceof ServiceError) return error.message.split('\n')
    throw error
  }
  return []
}

describe('the serverless.yml of this project', () => {
  const service = readService(join(import.meta.dirname, '../serverless.yml'))

  test('names every action and event', () => {
    const routes = service.functions.flatMap((one) => one.routes.map(({ matchRule }) => [one.folder, matchRule]))
    const route = (action: string) => ({
      path: { matchType: 'Exact', matchContent: '/' },
      header: [],
      queryString: [
        { key: 'Action', value: { matchType: 'Exact', matchContent: action } },
        { key: 'Version', value: { matchType: 'Exact', matchContent: '2020-04-01' } },
      ],
    })
    expect(routes).toEqual(
      expect.arrayContaining([
        ['create-sandbox', route('CreateSandbox')],
        ['delete-sandbox', route('DeleteSandbox')],
        ['describe-sandboxes', route('DescribeSandboxes')],
        ['describe-sandbox-terminal-url', route('DescribeSandboxTerminalUrl')],
        ['validate-vnc-token', route('ValidateVncToken')],
        ['renew-sandbox', route('RenewSandbox')],
        ['teardown-sandboxes', { path: { matchType: 'Exact', matchContent: '/events' }, header: [], queryString: [] }],
      ]),
    )
    expect(service.functions.flatMap(({ name, timers }) => timers.map(({ crontab }) => [name, crontab]))).toEqual([
      ['cleanup-sandboxes', '*/5 * * * *'],
    ])
  })

  test('gives a function without settings of its own those of the provider', () => {
    expect(service).toMatchObject({ name: 'ecs-manager', region: 'cn-beijing' })
    expect(service.functions.find(({ name }) => name === 'create-sandbox')).toMatchObject({
      runtime: 'node20/v1',
      memoryMb: 512,
      timeoutSeconds: 30,
      maxConcurrency: 100,
    })
  })
})

test('a function overrides the settings of the provider', () => {
  const text = withFunction('    timeout: 60\n    memorySize: 1024\n    environment: { A: "1", B: "2" }\n').replace(
    'region: cn-beijing\n',
    'region: cn-beijing\n  timeout: 10\n  maxConcurrency: 5\n  environment: { B: "0", C: "3" }\n',
  )
  expect(parseService(text).functions[0]).toMatchObject({
    timeoutSeconds: 60,
    memoryMb: 1024,
    maxConcurrency: 5,
    environment: { A: '1', B: '2', C: '3' },
  })
})

test('the long form of a route spells out every condition', () => {
  const text = withFunction(`    timeout: 20
    events:
      - apig:
          path: { prefix: /files/ }
          method: [GET, HEAD]
          query: { Action: Read, Id: { regex: '[0-9]+' } }
          header: { X-Tenant: { exact: blue } }
      - apig: { path: /, method: POST, timeout: 7 }
`)
  expect(parseService(text).functions[0]?.routes).toEqual([
    {
      matchRule: {
        path: { matchType: 'Prefix', matchContent: '/files/' },
        method: ['GET', 'HEAD'],
        header: [{ key: 'X-Tenant', value: { matchType: 'Exact', matchContent: 'blue' } }],
        queryString: [
          { key: 'Action', value: { matchType: 'Exact', matchContent: 'Read' } },
          { key: 'Id', value: { matchType: 'Regex', matchContent: '[0-9]+' } },
        ],
      },
      timeoutSeconds: 25,
    },
    {
      matchRule: { path: { matchType: 'Exact', matchContent: '/' }, method: ['POST'], header: [], queryString: [] },
      timeoutSeconds: 7,
    },
  ])
})

test('a timer of one key has the defaults, and the name of its function', () => {
  const text = withFunction(`    events:\n      - timer: { crontab: '*/5 * * * *' }\n      - apig: { path: / }\n`)
  const [one] = parseService(text).functions
  expect(one?.routes).toHaveLength(1)
  expect(one?.timers).toEqual([
    {
      name: 'some-function',
      crontab: '*/5 * * * *',
      payload: '',
      enabled: true,
      enableConcurrency: false,
      retries: 0,
      description: '',
    },
  ])
})

test('a timer spells everything out, and a payload that is a map becomes JSON', () => {
  const text = withFunction(`    events:
      - timer:
          crontab: 0 9-17/2 1,15 JAN-JUN mon
          name: Office-Hours
          payload: { DryRun: true, Older: { Hours: 2 } }
          enabled: false
          enableConcurrency: true
          retries: 3
          description: while people are there
      - timer: { crontab: '0 0 * * *', payload: '  any text' }
`)
  expect(parseService(text).functions[0]?.timers).toMatchObject([
    {
      name: 'Office-Hours',
      crontab: '0 9-17/2 1,15 JAN-JUN mon',
      payload: '{"DryRun":true,"Older":{"Hours":2}}',
      enabled: false,
      enableConcurrency: true,
      retries: 3,
      description: 'while people are there',
    },
    { name: 'some-function', payload: '  any text' },
  ])
})

test('a payload has up to 1000 characters, of whatever alphabet', () => {
  const withPayload = (payload: string) =>
    withFunction(`    events:\n      - timer: { crontab: '* * * * *', payload: "${payload}" }\n`)
  expect(problemsOf(withPayload('𝔘'.repeat(1000)))).toEqual([])
  expect(problemsOf(withPayload('a'.repeat(1001)))).toEqual([
    'serverless.yml:10: functions.some-function.events.0.timer.payload: must be a text, or a map that becomes JSON, of at most 1000 characters',
  ])
})

test.each([
  ['an empty text', "''"],
  ['four fields', "'* * * *'"],
  ['six fields', "'0 * * * * *'"],
  ['a nickname', "'@hourly'"],
  ['L, which veFaaS does not document', "'0 0 L * *'"],
  ['a question mark, which veFaaS does not document', "'0 0 ? * *'"],
  ['minute 60', "'60 * * * *'"],
  ['a step of nothing', "'*/0 * * * *'"],
  ['a range that runs backwards', "'30-10 * * * *'"],
  ['words', "'sometime or other per day'"],
  ['30 February', "'0 0 30 2 *'"],
  ['a number', '5'],
  ['nothing', ''],
])('refuses as a crontab %s', (_what, crontab) => {
  const problems = problemsOf(withFunction(`    events:\n      - timer: { crontab: ${crontab} }\n`))
  expect(problems).toEqual([
    expect.stringMatching(
      /^serverless\.yml:10: functions\.some-function\.events\.0\.timer\.crontab: (must be|is a time that never comes)/,
    ),
  ])
})

test.each([
  [
    'an unknown key at the top',
    `${head}colour: red\nfunctions: {}\n`,
    'serverless.yml:6: colour: unknown key; known here: service, provider, functions',
  ],
  [
    'an unknown key of a function',
    withFunction('    size: 3\n'),
    'serverless.yml:9: functions.some-function.size: unknown key; known here: handler, events',
  ],
  [
    'an unknown kind of event',
    withFunction('    events:\n      - cron: 1\n'),
    'serverless.yml:10: functions.some-function.events.0.cron: unknown key; known here: apig, timer',
  ],
  ['a missing key', 'service: ecs-manager\nfunctions: {}\n', 'provider: is missing'],
  [
    'another runtime',
    `${head.replace('node20/v1', 'nodejs20.x')}functions: {}\n`,
    'serverless.yml:4: provider.runtime: must be node20/v1',
  ],
  [
    'a number as text',
    withFunction('    timeout: soon\n'),
    'serverless.yml:9: functions.some-function.timeout: must be a whole number from 1 to 900',
  ],
  [
    'a number out of range',
    withFunction('    timeout: 901\n'),
    'serverless.yml:9: functions.some-function.timeout: must be a whole number from 1 to 900',
  ],
  [
    'memory between two steps',
    withFunction('    memorySize: 600\n'),
    'serverless.yml:9: functions.some-function.memorySize: must be a whole number from 512 to 4096 in steps of 512',
  ],
  [
    'a variable that is no string',
    withFunction('    environment: { A: 1 }\n'),
    'functions.some-function.environment.A: must be a string; put it into quotes',
  ],
  [
    'another export',
    `${head}functions:\n  some-function:\n    handler: functions/a/index.main\n`,
    'serverless.yml:8: functions.some-function.handler: must be functions/<folder>/index.handler',
  ],
  [
    'a folder above',
    `${head}functions:\n  some-function:\n    handler: functions/../index.handler\n`,
    'must be functions/<folder>/index.handler',
  ],
  [
    'an action without version',
    withFunction('    events:\n      - apig: { action: A }\n'),
    'serverless.yml:10: functions.some-function.events.0.apig: action and version go together',
  ],
  [
    'a version that YAML takes for a date',
    withFunction('    events:\n      - apig: { action: A, version: 20200401 }\n'),
    "version: must be a date in quotes, such as '2020-04-01'",
  ],
  [
    'short form and long form at once',
    withFunction("    events:\n      - apig: { action: A, version: '2020-04-01', path: / }\n"),
    'apig: the short form (action, version) takes no path',
  ],
  [
    'an event of two kinds',
    withFunction("    events:\n      - apig: { path: / }\n        timer: { crontab: '* * * * *' }\n"),
    'serverless.yml:10: functions.some-function.events.0: must be one event, apig: { ... } or timer: { ... }',
  ],
  [
    'an event of no kind',
    withFunction('    events:\n      - {}\n'),
    'serverless.yml:10: functions.some-function.events.0: must be one event, apig: { ... } or timer: { ... }',
  ],
  [
    'a timer without crontab',
    withFunction('    events:\n      - timer: { name: some-timer }\n'),
    'serverless.yml:10: functions.some-function.events.0.timer.crontab: is missing',
  ],
  [
    'an unknown key of a timer',
    withFunction("    events:\n      - timer: { crontab: '* * * * *', rate: 5 }\n"),
    'timer.rate: unknown key; known here: crontab, name, payload, enabled, enableConcurrency, retries, description',
  ],
  [
    'a timer name that is too short',
    withFunction("    events:\n      - timer: { crontab: '* * * * *', name: abc }\n"),
    'timer.name: must be 4-64 letters, digits and -, starting with a letter',
  ],
  [
    'a payload that is a list',
    withFunction("    events:\n      - timer: { crontab: '* * * * *', payload: [1] }\n"),
    'timer.payload: must be a text, or a map that becomes JSON',
  ],
  [
    'more retries than ten',
    withFunction("    events:\n      - timer: { crontab: '* * * * *', retries: 11 }\n"),
    'timer.retries: must be a whole number from 0 to 10',
  ],
  [
    'a switch that is a text',
    withFunction("    events:\n      - timer: { crontab: '* * * * *', enabled: 'no' }\n"),
    'timer.enabled: must be true or false',
  ],
  [
    'a timer name twice in a function',
    withFunction("    events:\n      - timer: { crontab: '1 * * * *' }\n      - timer: { crontab: '2 * * * *' }\n"),
    'serverless.yml:7: functions.some-function: a timer called some-function like another one of some-function',
  ],
  ['neither form', withFunction('    events:\n      - apig: {}\n'), 'apig: needs action and version, or path'],
  [
    'an unknown method',
    withFunction('    events:\n      - apig: { path: /, method: FETCH }\n'),
    'method: must be a method or a list of methods',
  ],
  [
    'a broken regular expression',
    withFunction("    events:\n      - apig: { path: { regex: '(' } }\n"),
    'path.regex: is not a regular expression',
  ],
  [
    'a function twice',
    `${withFunction('')}  some-function:\n    handler: functions/b/index.handler\n`,
    'serverless.yml:9: Map keys must be unique',
  ],
  [
    'a folder twice',
    `${withFunction('')}  other-function:\n    handler: functions/some-folder/index.handler\n`,
    'serverless.yml:9: functions.other-function: the same folder as some-function',
  ],
  [
    'a route twice',
    withFunction('    events:\n      - apig: { path: /a }\n      - apig: { path: /a }\n'),
    'functions.some-function: a route exactly like one of some-function',
  ],
  ['no YAML', 'service: [', 'serverless.yml:1: '],
  ['an empty file', '', 'serverless.yml:1: the file: must be a map with the keys service, provider, functions'],
  ['a list', '- a\n', 'serverless.yml:1: the file: must be a map with the keys service, provider, functions'],
])('refuses %s', (_what, text, message) => {
  expect(problemsOf(text).join('\n')).toContain(message)
})

test('tells all problems at once', () => {
  const problems = problemsOf(
    withFunction('    timeout: 0\n    memorySize: 1\n    colour: red\n').replace('vefaas', 'aws'),
  )
  expect(problems.map((problem) => problem.split(': ')[1])).toEqual([
    'provider.name',
    'functions.some-function.memorySize',
    'functions.some-function.timeout',
    'functions.some-function.colour',
  ])
})

test('a file that is not there is named', () => {
  expect(() => readService('/nowhere/serverless.yml')).toThrow(
    new ServiceError('/nowhere/serverless.yml: cannot be read (ENOENT)'),
  )
})
