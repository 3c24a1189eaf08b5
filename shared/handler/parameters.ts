import * as v from 'valibot'

/** Parameters that more than one action has. A message completes the sentence "<Name> ...". */
export const OsType = v.picklist(['Linux', 'Windows'], 'must be Linux or Windows')

/** A span of time. Which ones may be is said by who knows the configuration. */
export function wholeSeconds() {
  return v.pipe(v.string(), v.regex(/^\d{1,9}$/, 'must be a whole number of seconds'), v.transform(Number))
}

/** A whole number, which a query can only carry as text. */
export function wholeNumber(low: number, high: number) {
  const message = `must be a whole number from ${low} to ${high}`
  return v.pipe(
    v.string(),
    v.check((text) => /^\d{1,15}$/.test(text) && Number(text) >= low && Number(text) <= high, message),
    v.transform(Number),
  )
}
