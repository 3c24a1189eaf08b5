import * as v from 'valibot'
import {
  checkedText,
  checkedTextOrEmpty,
  flag,
  integer,
  list,
  object,
  required,
  text,
} from '../gateway/param-schemas.ts'
import { invalidArgument } from './errors.ts'

// The schemas of parameters that several actions share (ECS API reference, "Limits" of each action).

/** Any text: a malformed id is an unknown id. */
export const instanceId = text
export const instanceIds = list(instanceId, 100)
export const clientToken = checkedText('1 to 64 ASCII characters', (value) => /^[\x20-\x7e]{1,64}$/.test(value))
export const projectName = checkedText('1 to 64 letters, digits, "_", "." and "-"', (value) =>
  /^[\w.-]{1,64}$/.test(value),
)
export const instanceName = checkedText(
  '1 to 128 letters, digits, Chinese characters, "_", "-" and ".", the first one a letter or Chinese character',
  (value) =>
    /^[A-Za-z\u4e00-\u9fff][\w\u4e00-\u9fff.-]*(\[\d+,\d\][\w\u4e00-\u9fff.-]*)?$/.test(value) && value.length <= 128,
)
export const description = checkedTextOrEmpty(
  '255 characters at most, the first one a letter or Chinese character',
  (value) => /^[A-Za-z\u4e00-\u9fff]/.test(value) && [...value].length <= 255,
)
export const hostname = checkedText(
  '2 to 63 letters, digits, "." and "-", not at the ends and not two in a row',
  (value) => /^[A-Za-z\d]+([.-][A-Za-z\d]+)*$/.test(value) && value.length >= 2 && value.length <= 63,
)
export const userData = checkedTextOrEmpty('base64 of 16 KiB at most', (value) => {
  const isBase64 = /^[A-Za-z\d+/]*={0,2}$/.test(value) && value.length % 4 === 0
  return isBase64 && Buffer.from(value, 'base64').length <= 16 * 1024
})

const passwordCharacters = /^[\w`~!@#$%^&*()\-+=|{}[\]:;'<>,.?/]{8,30}$/
const characterClasses = [/[A-Z]/, /[a-z]/, /\d/, /[^A-Za-z\d]/]
export const password = checkedText(
  '8 to 30 characters of at least three of upper case, lower case, digits and specials, not starting with "/" or "$6$"',
  (value) =>
    passwordCharacters.test(value) &&
    characterClasses.filter((characters) => characters.test(value)).length >= 3 &&
    !/^(\/|\$6\$)/.test(value),
)

export const maxTags = 50
const tagCharacters = /^[\p{L}\p{M}\p{N} _.:/=+@-]*$/u
export const tagKey = checkedText(
  '1 to 128 letters, digits, spaces and "_.:/=+-@", not starting with volc: or sys:',
  (value) => tagCharacters.test(value) && [...value].length <= 128 && !/^(volc|sys):/i.test(value),
)
const tagValue = checkedTextOrEmpty(
  '256 letters, digits, spaces and "_.:/=+-@" at most',
  (value) => tagCharacters.test(value) && [...value].length <= 256,
)

/** 1 to 20 tags, each key once. */
export const tags = v.pipe(
  list(object({ Key: required(tagKey), Value: tagValue }), 20),
  v.transform((read) => {
    if (new Set(read.map(({ Key }) => Key)).size < read.length) throw invalidArgument('Tags has the same key twice.')
    return read
  }),
)
export type Tag = v.InferOutput<typeof tags>[number]

/** Up to 10 keys, each with up to 3 values. A filter may name a system tag, and its values may be empty. */
export const tagFilters = list(
  object({
    // An absent key is malformed, not missing (ECS API reference, DescribeTags).
    Key: v.optional(
      v.pipe(
        text,
        v.transform((key = '') => key),
        v.check((key) => key !== '' && [...key].length <= 128, '1 to 128 characters'),
      ),
      {},
    ),
    Values: list(
      checkedTextOrEmpty('256 characters at most', (value) => [...value].length <= 256),
      3,
    ),
  }),
  10,
)
export type TagFilter = v.InferOutput<typeof tagFilters>[number]

export const maxResults = integer(1, 100)
export const nextToken = text
export const dryRun = flag
