import * as v from 'valibot'

// Parameters of more than one action. A message completes the sentence "<Name> ...". Metadata is for the description of
// the API: keywords of JSON Schema, which the checks do not read. A description leaves out the rule that a message states.

export const OsType = v.picklist(['Linux', 'Windows'], 'must be Linux or Windows')

/** A text. A number is refused: JSON.parse loses digits of a 64-bit id. */
export const Text = v.string('must be a text')

export const SANDBOX_ID_PATTERN = /^i-[a-z0-9]{1,62}$/

/** The id of a sandbox. */
export const SandboxId = v.pipe(
  Text,
  v.regex(SANDBOX_ID_PATTERN, 'must be the id of a sandbox (i-...)'),
  v.metadata({ description: 'The sandbox.' }),
)

const SECONDS_MESSAGE = 'must be a whole number of seconds'

/** A duration. Its bounds depend on the configuration; the manager checks them. */
export const Seconds = v.pipe(
  textOrNumber(SECONDS_MESSAGE),
  v.regex(/^\d{1,9}$/, SECONDS_MESSAGE),
  v.metadata({ type: 'integer', minimum: 0, maximum: 999_999_999, examples: [3600] }),
  v.transform(Number),
)

/** An integer, as a number in a JSON body or as text in a query. */
export function integer(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`
  return v.pipe(
    textOrNumber(message),
    v.check((text) => /^\d{1,15}$/.test(text) && Number(text) >= min && Number(text) <= max, message),
    v.metadata({ type: 'integer', minimum: min, maximum: max }),
    v.transform(Number),
  )
}

function textOrNumber(message: string) {
  return v.pipe(v.union([v.string(), v.number()], message), v.transform(String))
}
