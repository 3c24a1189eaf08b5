import { expect, test } from 'vitest'
import document from '../../../openapi.json' with { type: 'json' }
import { chinese } from './chinese.ts'
import { type Api, readApi, type Schema } from './openapi.ts'

test('chinese.ts has a translation of every text of openapi.json, and no others', () => {
  const texts = textsOf(readApi(document))
  const translated = Object.keys(chinese)
  const missing = texts.filter((text) => !translated.includes(text))
  const gone = translated.filter((text) => !texts.includes(text))
  expect({ missing, gone }).toEqual({ missing: [], gone: [] })
})

test('a translation keeps code, headings and list items', () => {
  const codes = (text: string) => (text.match(/`[^`]+`/g) ?? []).sort()
  const marks = (text: string) => text.split('\n').map((line) => /^(## |- )?/.exec(line)?.[0])
  for (const [text, translation] of Object.entries(chinese)) {
    expect([codes(translation), marks(translation)]).toEqual([codes(text), marks(text)])
  }
})

/** Returns every text of a description that this page shows, without duplicates. */
function textsOf({ description, groups }: Api): string[] {
  const operations = groups.flatMap((group) => group.operations)
  const texts = [
    ...blocksOf(description),
    ...groups.map(({ name }) => name),
    ...operations.flatMap(({ summary, description, parameters, bodies, result, examples, failures }) => [
      summary,
      ...blocksOf(description),
      ...parameters.map((parameter) => parameter.description),
      ...descriptionsOf(bodies.at(-1)?.schema ?? {}),
      ...descriptionsOf(result),
      ...[...examples, ...bodies.flatMap((body) => body.examples)].map(({ name }) => name),
      ...failures.flatMap((failure) => [failure.description, ...failure.codes.map(({ when }) => when)]),
    ]),
  ]
  return [...new Set(texts)].filter((text) => text !== '')
}

const blocksOf = (text: string) => text.split('\n\n')

function descriptionsOf({ description = '', properties = {}, items, oneOf = [] }: Schema): string[] {
  const inner = Object.entries(properties).flatMap(([name, field]) => (name === 'ResponseMetadata' ? [] : [field]))
  return [description, ...[...inner, ...oneOf, ...(items ? [items] : [])].flatMap(descriptionsOf)]
}
