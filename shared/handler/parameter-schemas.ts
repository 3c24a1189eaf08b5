import * as v from 'valibot'

/** Parameters of more than one action. A message completes the sentence "<Name> ...". */
export const OsType = v.picklist(['Linux', 'Windows'], 'must be Linux or Windows')

/** A text. A number is refused: JSON.parse loses digits of a 64-bit id. */
export const Text = v.string('must be a text')

/** The id of a sandbox. */
export const SandboxId = v.pipe(Text, v.regex(/^i-[a-z0-9]{1,62}$/, 'must be the id of a sandbox (i-...)'))

/** A duration in seconds. Its bounds depend on the configuration; the manager checks them. */
export function wholeSeconds() {
  const message = 'must be a whole number of seconds'
  return v.pipe(TextOrNumber(message), v.regex(/^\d{1,9}$/, message), v.transform(Number))
}

/** A whole number, as a number in a JSON body or as text in a query. */
export function wholeNumber(low: number, high: number) {
  const message = `must be a whole number from ${low} to ${high}`
  return v.pipe(
    TextOrNumber(message),
    v.check((text) => /^\d{1,15}$/.test(text) && Number(text) >= low && Number(text) <= high, message),
    v.transform(Number),
  )
}

function TextOrNumber(message: string) {
  return v.pipe(v.union([v.string(), v.number()], message), v.transform(String))
}
