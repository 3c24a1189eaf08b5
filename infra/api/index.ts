import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { replaceFile } from '../build/replace-file.ts'
import { describeApi, toText } from './describe-api.ts'

/** npm run openapi: writes openapi.json. */
const path = join(import.meta.dirname, '../../openapi.json')
const text = toText(describeApi())
const isStale = !existsSync(path) || readFileSync(path, 'utf8') !== text
replaceFile(path, text)
console.log(`openapi.json: ${isStale ? 'written' : 'unchanged'}`)
