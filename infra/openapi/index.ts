import { join } from 'node:path'
import { replaceFile } from '../replace-file.ts'
import { describeApi, toText } from './description.ts'

/** npm run openapi: writes openapi.json. */
replaceFile(join(import.meta.dirname, '../../openapi.json'), toText(describeApi()))
