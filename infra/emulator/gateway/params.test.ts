import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { ApiError } from './errors.ts'
import { integer, list, object, required, text } from './param-schemas.ts'
import { readParams } from './params.ts'

const schema = v.object({
  Name: text,
  Sizes: list(integer(1, 9), 3),
  Tags: list(object({ Key: required(text), Value: text }), 3),
})

/** The output, or the code and message of the error. */
function outcome(params: Record<string, string>): unknown {
  try {
    return readParams(schema, params)
  } catch (error) {
    if (error instanceof ApiError) return `${error.code}: ${error.message}`
    throw error
  }
}

describe('readParams', () => {
  it.each<[string, Record<string, string>, object]>([
    ['nothing', {}, { Sizes: [], Tags: [] }],
    ['an empty text as absent, alone and in a list', { Name: '', Sizes: '', 'Sizes.1': '' }, { Sizes: [], Tags: [] }],
    ['a list in the order of its numbers', { 'Sizes.10': '3', 'Sizes.9': '2' }, { Sizes: [2, 3], Tags: [] }],
    ['only items that have a value', { 'Sizes.1': '', 'Sizes.2': '1', 'Tags.1': 'a' }, { Sizes: [1], Tags: [] }],
    ['objects of a list', { 'Tags.2.Key': 'a', 'Tags.2.Value': 'b' }, { Sizes: [], Tags: [{ Key: 'a', Value: 'b' }] }],
    ['a text, without the parameters below its name', { Name: 'a', 'Name.1': 'b' }, { Name: 'a', Sizes: [], Tags: [] }],
    ['names of Object.prototype', { '__proto__.Name': 'a', 'constructor.Name': 'a' }, { Sizes: [], Tags: [] }],
  ])('reads %s', (_case, params, expected) => {
    expect(outcome(params)).toEqual(expected)
  })

  it.each<[Record<string, string>, string]>([
    [{ 'Tags.7.Value': 'b' }, 'MissingParameter.TagKey: The required parameter Tags.7.Key is not supplied.'],
    [
      { 'Sizes.12': '10' },
      'InvalidSize.Malformed: The specified parameter Sizes.12 is not a whole number from 1 to 9.',
    ],
    [{ Sizes: '1' }, 'InvalidSizes.Malformed: The specified parameter Sizes is not a list: Sizes.1, Sizes.2, ....'],
    [
      { 'Sizes.01': '1' },
      'InvalidSizes.Malformed: The specified parameter Sizes is not a list numbered from 1: Sizes.1, Sizes.2, ....',
    ],
    [
      { 'Sizes.constructor': '1' },
      'InvalidSizes.Malformed: The specified parameter Sizes is not a list numbered from 1: Sizes.1, Sizes.2, ....',
    ],
    [
      { 'Sizes.1': '1', 'Sizes.2': '1', 'Sizes.3': '1', 'Sizes.4': '1' },
      'InvalidSizes.Malformed: The specified parameter Sizes is not a list of 3 at most.',
    ],
  ])('refuses %j', (params, expected) => {
    expect(outcome(params)).toBe(expected)
  })
})
