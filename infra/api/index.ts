import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { replaceFile } from '../build/replace-file.ts'
import { describeApiInLanguages } from './languages.ts'

/** npm run openapi: writes openapi.json and infra/api/openapi.zh.json. */
for (const [file, text] of Object.entries(describeApiInLanguages())) {
  const path = join(import.meta.dirname, '../..', file)
  const isStale = !existsSync(path) || readFileSync(path, 'utf8') !== text
  replaceFile(path, text)
  console.log(`${file}: ${isStale ? 'written' : 'unchanged'}`)
}
