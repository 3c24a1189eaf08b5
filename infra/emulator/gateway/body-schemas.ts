import * as v from 'valibot'

// Schemas of parameters in a JSON body, for `readBody`. The message of each says what a right value is.

export const stringMatching = (pattern: RegExp, meaning: string) =>
  v.pipe(v.string(), v.regex(pattern, `it must be ${meaning}`))

/** The published models of responses declare integers as int32. */
const maxInt32 = 2 ** 31 - 1

export const integer = (min: number, max = maxInt32) => {
  const message = `it must be an integer from ${min} to ${max}`
  return v.pipe(v.number(message), v.integer(message), v.minValue(min, message), v.maxValue(max, message))
}
