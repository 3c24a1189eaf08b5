import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { ActionError } from '../../shared/errors.ts'
import { TeardownInput } from './input.ts'

const ids = (count: number) => Array.from({ length: count }, (_, index) => `i-${index}`)

/** The output, or the name of the key that is wrong with what is said of it. */
function checked(data: unknown): unknown {
  try {
    const { success, output, issues } = v.safeParse(TeardownInput, data)
    return success ? output : `${issues[0].path?.[0]?.key} ${issues[0].message}`
  } catch (error) {
    return error instanceof ActionError ? `${error.status} ${error.code}: ${error.message}` : error
  }
}

describe('good', () => {
  test.each<[string, object, object]>([
    ['one id', { SandboxId: 'i-a' }, { SandboxIds: ['i-a'] }],
    ['the longest id', { SandboxId: `i-${'x'.repeat(62)}` }, { SandboxIds: [`i-${'x'.repeat(62)}`] }],
    ['a list of one', { SandboxIds: ['i-a'] }, { SandboxIds: ['i-a'] }],
    ['a list', { SandboxIds: ['i-a', 'i-b'] }, { SandboxIds: ['i-a', 'i-b'] }],
    ['1000 ids', { SandboxIds: ids(1_000) }, { SandboxIds: ids(1_000) }],
    ['a reason', { SandboxId: 'i-a', Reason: 'task ended' }, { SandboxIds: ['i-a'], Reason: 'task ended' }],
    ['an empty reason', { SandboxId: 'i-a', Reason: '' }, { SandboxIds: ['i-a'], Reason: '' }],
    [
      'the longest reason',
      { SandboxId: 'i-a', Reason: 'é'.repeat(256) },
      { SandboxIds: ['i-a'], Reason: 'é'.repeat(256) },
    ],
    [
      'a reason that is too long, cut',
      { SandboxId: 'i-a', Reason: 'x'.repeat(257) },
      { SandboxIds: ['i-a'], Reason: 'x'.repeat(256) },
    ],
    ['a number as reason, ignored', { SandboxId: 'i-a', Reason: 7 }, { SandboxIds: ['i-a'] }],
    ['null as reason, ignored', { SandboxId: 'i-a', Reason: null }, { SandboxIds: ['i-a'] }],
    ['null beside a list', { SandboxId: null, SandboxIds: ['i-a'] }, { SandboxIds: ['i-a'] }],
    ['null beside an id', { SandboxId: 'i-a', SandboxIds: null }, { SandboxIds: ['i-a'] }],
    ['other keys', { SandboxId: 'i-a', TaskId: 7, sandboxIds: [] }, { SandboxIds: ['i-a'] }],
    [
      'keys of a prototype',
      JSON.parse('{"SandboxId":"i-a","__proto__":{"SandboxIds":["i-b"]}}'),
      { SandboxIds: ['i-a'] },
    ],
  ])('%s', (_, data, expected) => {
    expect(checked(data)).toEqual(expected)
  })
})

const ONE = 'SandboxId must be the id of a sandbox (i-...)'
const LIST = 'SandboxIds must be a list of 1 to 1000 ids of sandboxes (i-...)'
const NEITHER = '400 MissingParameter.SandboxId: SandboxId is required, or a list of them: SandboxIds.'
const BOTH = '400 InvalidParameter.SandboxIds: SandboxIds must not be given beside SandboxId.'

describe('refused', () => {
  test.each<[string, object, string]>([
    ['nothing', {}, NEITHER],
    ['a reason alone', { Reason: 'task ended' }, NEITHER],
    ['other names', { sandboxId: 'i-a', Sandbox: 'i-a', InstanceId: 'i-a' }, NEITHER],
    ['a prototype with ids', JSON.parse('{"__proto__":{"SandboxId":"i-a"}}'), NEITHER],
    ['both', { SandboxId: 'i-a', SandboxIds: ['i-a'] }, BOTH],
    ['both, one empty', { SandboxId: 'i-a', SandboxIds: [] }, LIST],
    ['an empty id', { SandboxId: '' }, ONE],
    ['an id without its beginning', { SandboxId: 'a' }, ONE],
    ['an id in capitals', { SandboxId: 'I-A' }, ONE],
    ['an id with space', { SandboxId: 'i-a ' }, ONE],
    ['two ids in one', { SandboxId: 'i-a,i-b' }, ONE],
    ['an id that is too long', { SandboxId: `i-${'x'.repeat(63)}` }, ONE],
    ['a number', { SandboxId: 7 }, ONE],
    ['null', { SandboxId: null }, NEITHER],
    ['a list as one', { SandboxId: ['i-a'] }, ONE],
    ['an object as one', { SandboxId: { toString: () => 'i-a' } }, ONE],
    ['an empty list', { SandboxIds: [] }, LIST],
    ['1001 ids', { SandboxIds: ids(1_001) }, LIST],
    ['a text as list', { SandboxIds: 'i-a' }, LIST],
    ['an object as list', { SandboxIds: { 0: 'i-a', length: 1 } }, LIST],
    ['null as list', { SandboxIds: null }, NEITHER],
    ['null for both', { SandboxId: null, SandboxIds: null }, NEITHER],
    ['a bad id in a list', { SandboxIds: ['i-a', 'b'] }, LIST],
    ['an empty id in a list', { SandboxIds: [''] }, LIST],
    ['null in a list', { SandboxIds: ['i-a', null] }, LIST],
    ['a number in a list', { SandboxIds: [7] }, LIST],
    ['a list in a list', { SandboxIds: [['i-a']] }, LIST],
  ])('%s', (_, data, expected) => {
    expect(checked(data)).toBe(expected)
  })
})
