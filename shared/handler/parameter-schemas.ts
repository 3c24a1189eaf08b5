import * as v from 'valibot'

/** Parameters of more than one action. A message completes the sentence "<Name> ...". */
export const OsType = v.picklist(['Linux', 'Windows'], 'must be Linux or Windows')

/** A text. A number is refused: JSON.parse loses digits of a 64-bit id. */
export const Text = v.string('must be a text')

/** The id of a sandbox. */
export const SandboxId = v.pipe(Text, v.regex(/^i-[a-z0-9]{1,62}$/, 'must be the id of a sandbox (i-...)'))

const SECONDS_MESSAGE = 'must be a whole number of seconds'

/** A duration. Its bounds depend on the configuration; the manager checks them. */
export const Seconds = v.pipe(textOrNumber(SECONDS_MESSAGE), v.regex(/^\d{1,9}$/, SECONDS_MESSAGE), v.transform(Number))

/** An integer, as a number in a JSON body or as text in a query. */
export function integer(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`
  return v.pipe(
    textOrNumber(message),
    v.check((text) => /^\d{1,15}$/.test(text) && Number(text) >= min && Number(text) <= max, message),
    v.transform(Number),
  )
}

function textOrNumber(message: string) {
  return v.pipe(v.union([v.string(), v.number()], message), v.transform(String))
}
