import { CHINESE } from './chinese.ts'
import { describeApi } from './describe-api.ts'

/** The contents of the files with the description, by their paths in the project. */
export function describeApiInLanguages(): Readonly<Record<string, string>> {
  const english = describeApi()
  const chinese = mapTexts(english, (text) => CHINESE[text] ?? text)
  return { 'openapi.json': toText(english), 'infra/api/openapi.zh.json': toText(chinese) }
}

/** Replaces each text of a description. A text is a paragraph of a `description` or a `summary`. */
export function mapTexts(value: unknown, map: (text: string) => string, key = ''): unknown {
  if (typeof value === 'string') return isText(key) ? value.split('\n\n').map(map).join('\n\n') : value
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, map))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapTexts(inner, map, key)]))
}

const isText = (key: string) => key === 'description' || key === 'summary'

const toText = (description: unknown) => `${JSON.stringify(description, null, 2)}\n`
