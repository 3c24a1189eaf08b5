import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, it, test } from 'vitest'
import { readParameters, validate } from '../../shared/handler/parameters.ts'
import type { ActionDescription, ParameterDescription } from './action-description.ts'
import { ACTION_DESCRIPTIONS, describeApi, EVENT_DESCRIPTIONS } from './describe-api.ts'
import { parameterRule } from './json-schema.ts'
import { parametersSchema } from './operations.ts'
import { patternOf } from './pattern.ts'
import { readRoutes } from './routes.ts'

const ajv = new Ajv2020({ strict: false, validateFormats: false })
const numRuns = 1_000

/** Characters and prefixes that some rule treats specially. */
const PIECES = [
  ...[
    'a',
    'Z',
    '7',
    '_',
    '.',
    '-',
    '/',
    ':',
    '=',
    '+',
    '@',
    ' ',
    ',',
    '"',
    '\\',
    '$',
    '\n',
    '\u0000',
    '',
    'é',
    '中',
    'ſ',
  ],
  ...[
    '\u212a',
    '٣',
    '😀',
    '\ud800',
    'i-',
    'image-',
    'subnet-',
    'sg-',
    ',sg-',
    'volc:',
    'SYS:',
    'ſys:',
    'ecs-manager:',
    '$6$',
  ],
]

/** Valid texts, nearly valid texts, and any texts. */
function textsLike({ pattern = '', enum: choices = [] }: { pattern?: string; enum?: string[] }, example = '') {
  const piece = fc.constantFrom(...PIECES)
  const start = fc.constantFrom(example, ...choices, ...PIECES)
  return fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
    fc.tuple(start, piece, fc.nat(130)).map(([text, more, times]) => text + more.repeat(times)),
    fc.tuple(start, piece, fc.nat(12)).map(([text, more, at]) => text.slice(0, at) + more + text.slice(at)),
    ...(/^\^(?!\(\?!)/.test(pattern) ? [fc.stringMatching(new RegExp(pattern, 'u'))] : []),
  )
}

type Case = [name: string, schema: v.GenericSchema, words: ParameterDescription]

const parameters = (tables: typeof ACTION_DESCRIPTIONS) =>
  Object.entries(tables).flatMap(([action, { input, parameters }]) =>
    Object.entries(input.entries).map(
      ([name, schema]): Case => [`${action} ${name}`, schema as v.GenericSchema, parameters[name] ?? { text: '' }],
    ),
  )

describe('the description of a parameter accepts exactly what the action accepts', () => {
  const cases = parameters(ACTION_DESCRIPTIONS)

  test.each(cases.filter(([, , words]) => !words.schema))('%s', (_, schema, words) => {
    const rule = parameterRule(schema)
    const takes = ajv.compile(rule.schema)
    const { type, maximum = 0 } = rule.schema as { type: string; maximum?: number }
    if (type === 'integer') {
      const near = (edge: number) => fc.integer({ min: edge - 3, max: edge + 3 })
      const numbers = fc.oneof(near(0), near(maximum), fc.integer(), fc.double(), fc.maxSafeInteger())
      // A parameter is never written with an exponent.
      const plain = numbers.filter((number) => /^-?[\d.]+$/.test(`${number}`))
      fc.assert(
        fc.property(plain, (number) => v.is(schema, `${number}`) === takes(number)),
        { numRuns },
      )
    } else {
      const texts = textsLike(rule.schema, `${words.example ?? ''}`).filter((text) => text !== '')
      fc.assert(
        fc.property(texts, (text) => v.is(schema, text) === takes(text)),
        { numRuns },
      )
    }
  })

  // JSON Schema says only in part what code checks. `edges` are the shortest and the longest texts, and those beyond.
  const base64 = (bytes: number) => Buffer.alloc(bytes).toString('base64')
  const checked: Record<string, { good: fc.Arbitrary<string>; edges: [text: string, isGood: boolean][] }> = {
    'CreateSandbox Password': {
      good: fc.string({ minLength: 5, maxLength: 27 }).map((text) => `aB3${text}`),
      edges: [7, 8, 30, 31].map((length) => ['aB3'.padEnd(length, 'a'), length > 7 && length < 31]),
    },
    'CreateSandbox UserData': {
      good: fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes).toString('base64')),
      edges: [
        [base64(16 * 1024), true],
        [`${base64(16 * 1024)}AAAA`, false],
      ],
    },
  }
  test.each(cases.filter(([, , words]) => words.schema))(
    '%s, which code checks: everything that it accepts',
    (name, schema, words) => {
      const takes = ajv.compile(parameterRule(schema, words.schema).schema)
      const { good, edges } = checked[name] ?? expect.fail(`${name} needs examples here`)
      let taken = 0
      const holds = (text: string) => {
        if (!v.is(schema, text)) return true
        taken += 1
        return takes(text)
      }
      fc.assert(fc.property(fc.oneof(good, textsLike({})), holds), { numRuns })
      expect(taken).toBeGreaterThan(20)
      for (const [text, isGood] of edges)
        expect([text, v.is(schema, text), takes(text)]).toEqual([text, isGood, isGood])
    },
  )

  test('a list in a body', () => {
    const { CreateSandbox } = ACTION_DESCRIPTIONS as { CreateSandbox: ActionDescription }
    const takes = ajv.compile(parametersSchema('CreateSandbox', CreateSandbox))
    const id = fc.constantFrom('sg-1', 'sg-a_b', 'sg-', 'x', 'sg-1,sg-2', `sg-${'a'.repeat(61)}`)
    const lists = fc.array(id, { minLength: 1, maxLength: 7 }).filter((ids) => !ids.some((one) => one.includes(',')))
    const isTaken = (SecurityGroupIds: string[]) => {
      try {
        validate(CreateSandbox.input, readParameters({ query: {} } as never, { SecurityGroupIds }))
        return true
      } catch {
        return false
      }
    }
    fc.assert(
      fc.property(lists, (ids) => isTaken(ids) === takes({ SecurityGroupIds: ids })),
      { numRuns },
    )
  })

  test('the data of an event', () => {
    const { input } = EVENT_DESCRIPTIONS.TeardownSandboxes as NonNullable<typeof EVENT_DESCRIPTIONS.TeardownSandboxes>
    const takes = ajv.compile(describedData())
    const id = fc.oneof(fc.constantFrom<unknown>('i-1', 'i-', '', 'i-A', 7, {}), textsLike({}, 'i-1'))
    const data = fc.record(
      {
        SandboxId: id,
        SandboxIds: fc.oneof(fc.array(id, { maxLength: 3 }), fc.constant('i-1'), sizes),
        Reason: fc.jsonValue(),
        More: fc.jsonValue(),
      },
      { requiredKeys: [] },
    )
    const isTaken = (value: object) => {
      try {
        return v.is(input, value)
      } catch {
        return false
      }
    }
    fc.assert(
      fc.property(data, (value) => isTaken(value) === takes(value)),
      { numRuns: 300 },
    )
  })
  const sizes = fc.constantFrom(1, 1_000, 1_001).map((length) => Array(length).fill('i-1'))
})

function describedData(): object {
  const { components } = describeApi() as { components: { schemas: Record<string, object> } }
  return components.schemas.TeardownSandboxesData ?? {}
}

describe('a description fails for', () => {
  const { RenewSandbox, ...others } = ACTION_DESCRIPTIONS as Record<string, ActionDescription> & {
    RenewSandbox: ActionDescription
  }
  const { SandboxId, ...rest } = RenewSandbox.parameters
  const withRenew = (more: Partial<ActionDescription>) => () =>
    describeApi({ ...others, RenewSandbox: { ...RenewSandbox, ...more } as ActionDescription })

  it.each<[string, () => object, string]>([
    [
      'a route without a description',
      () => describeApi(others),
      'routes without a description: RenewSandbox. Write one',
    ],
    [
      'another path',
      () => describeApi(ACTION_DESCRIPTIONS, EVENT_DESCRIPTIONS, [...readRoutes(), '/more']),
      'routes without a description: /more. Write one',
    ],
    [
      'an action without a route',
      () =>
        describeApi(
          ACTION_DESCRIPTIONS,
          EVENT_DESCRIPTIONS,
          readRoutes().filter((name) => name !== 'RenewSandbox'),
        ),
      'names what has no route in serverless.yml: RenewSandbox.',
    ],
    [
      'a parameter without a description',
      withRenew({ parameters: rest }),
      'parameters without a description: SandboxId. Add them in',
    ],
    [
      'a description without a parameter',
      withRenew({ parameters: { ...RenewSandbox.parameters, Gone: { text: 'Gone.' } } }),
      'has no parameters Gone: remove their descriptions in',
    ],
    [
      'a rule in code without a schema',
      withRenew({
        input: v.object({
          SandboxId: v.pipe(
            v.string(),
            v.check((text) => text !== ''),
          ),
          LifetimeSeconds: v.string(),
        }),
      }),
      'RenewSandbox: SandboxId is checked by code: describe it in `schema`',
    ],
    [
      'a rule that is described twice',
      withRenew({ parameters: { ...RenewSandbox.parameters, SandboxId: { text: 'The sandbox.', schema: {} } } }),
      'RenewSandbox: SandboxId needs no `schema`',
    ],
    [
      'a number without bounds',
      withRenew({
        input: v.object({ SandboxId: v.string(), LifetimeSeconds: v.pipe(v.string(), v.transform(Number)) }),
      }),
      'LifetimeSeconds is a number whose bounds cannot be found',
    ],
    [
      'a number whose message is wrong',
      withRenew({
        input: v.object({
          SandboxId: v.string(),
          LifetimeSeconds: v.pipe(v.string(), v.regex(/^\d$/, 'must be from 0 to 10'), v.transform(Number)),
        }),
      }),
      'LifetimeSeconds is a number whose bounds cannot be found',
    ],
  ])('%s', (_, made, message) => {
    expect(made).toThrow(message)
  })

  it('nothing else', () => {
    expect(withRenew({})()).toEqual(describeApi({ ...others, RenewSandbox }))
  })
})

describe('a pattern without flags', () => {
  test.each([
    [/^\p{L}-\d[a-z]$/u, '^\\p{L}-\\d[a-z]$'],
    [/^(?<name>a):(?=c)\w/, '^(?<name>a):(?=c)\\w'],
  ])('of %s', (regex, pattern) => {
    expect(patternOf(regex)).toBe(pattern)
  })

  test.each([[/a/m], [/a/g], [/a/i], [/\p{L}/iu], [/x{,3}/]])('of %s cannot be', (regex) => {
    expect(() => patternOf(regex)).toThrow()
  })
})
