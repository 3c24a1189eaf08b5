import { expect, test } from 'vitest'
import { CHINESE } from './chinese.ts'
import { describeApi } from './describe-api.ts'
import { mapTexts } from './languages.ts'

test('chinese.ts has a translation of every text of openapi.json, and no others', () => {
  const texts = new Set<string>()
  mapTexts(describeApi(), (text) => {
    texts.add(text)
    return text
  })
  const translated = Object.keys(CHINESE)
  const missing = [...texts].filter((text) => !translated.includes(text))
  const unused = translated.filter((text) => !texts.has(text))
  expect({ missing, unused }).toEqual({ missing: [], unused: [] })
})

test('a translation keeps code, headings and list items', () => {
  const codes = (text: string) => (text.match(/`[^`]+`/g) ?? []).sort()
  const marks = (text: string) => text.split('\n').map((line) => /^(## |- )?/.exec(line)?.[0])
  for (const [text, translation] of Object.entries(CHINESE)) {
    expect([codes(translation), marks(translation)]).toEqual([codes(text), marks(text)])
  }
})
