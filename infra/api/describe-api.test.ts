import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { describeInput, type JsonSchema } from '../../shared/handler/json-schema.ts'
import { readParameters, validate } from '../../shared/handler/parameters.ts'
import type { ActionDescription } from './action-description.ts'
import { ACTION_DESCRIPTIONS, EVENT_DESCRIPTIONS } from './describe-api.ts'

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

type Described = JsonSchema & { type: string; maximum?: number; examples?: unknown[] }

type Case = [name: string, entry: v.GenericSchema, described: JsonSchema]

const cases = Object.entries(ACTION_DESCRIPTIONS).flatMap(([action, { input }]) =>
  Object.entries(describeInput(input).properties).map(
    ([name, described]): Case => [`${action} ${name}`, input.entries[name] as v.GenericSchema, described],
  ),
)

describe('the description of a parameter accepts exactly what the action accepts', () => {
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
  test.each(cases.filter(([name]) => !(name in checked)))('%s', (_, schema, described) => {
    const takes = ajv.compile(described)
    const { type, maximum = 0, examples: [example = ''] = [] } = described as Described
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
      const texts = textsLike(described, `${example}`).filter((text) => text !== '')
      fc.assert(
        fc.property(texts, (text) => v.is(schema, text) === takes(text)),
        { numRuns },
      )
    }
  })

  test.each(cases.filter(([name]) => name in checked))(
    '%s, which code checks: everything that it accepts',
    (name, schema, described) => {
      const takes = ajv.compile(described)
      const { good, edges } = checked[name] ?? expect.fail(name)
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
    const takes = ajv.compile(describeInput(CreateSandbox.input))
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
    const takes = ajv.compile(describeInput(input))
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

test('every route of serverless.yml but that of the Model Context Protocol is described, and nothing else', () => {
  type Functions = Record<string, { events?: { apig?: { action?: string; path?: string } }[] }>
  const { functions } = parse(readFileSync(join(import.meta.dirname, '../../serverless.yml'), 'utf8'))
  const routes = Object.values(functions as Functions)
    .flatMap(({ events = [] }) => events)
    .flatMap(({ apig }) => (apig ? [apig.action ?? apig.path] : []))
    .filter((route) => route !== '/mcp')
  const paths = Object.values(EVENT_DESCRIPTIONS).map(({ path }) => path)
  expect([...Object.keys(ACTION_DESCRIPTIONS), ...paths].sort()).toEqual(routes.sort())
})

test.each(Object.entries({ ...ACTION_DESCRIPTIONS, ...EVENT_DESCRIPTIONS }))(
  'every parameter of %s has a description and a type',
  (_, { input }) => {
    for (const [name, schema] of Object.entries(describeInput(input).properties)) {
      expect([name, schema.description]).toEqual([name, expect.stringMatching(/^[`A-Z].*\.$/)])
      if (name !== 'Reason') expect(schema).toHaveProperty('type')
    }
  },
)
