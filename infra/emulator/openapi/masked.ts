/** What stands under these names is secret: of a call's flat parameters, and at any depth of its JSON body. */
const secret = /^(Password|Envs|SourceAccessConfig|\w+Credentials?)$/

/** What stands there and says no secret. */
const harmless = /^(Key|Username|Mechanism)$/

/** A copy with `***` in the place of each text and number that is secret. */
export function masked(value: unknown, isSecret = false): unknown {
  if (Array.isArray(value)) return value.map((item) => masked(item, isSecret))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [
        name,
        masked(item, secret.test(name) || (isSecret && !harmless.test(name))),
      ]),
    )
  }
  return isSecret && (typeof value === 'string' || typeof value === 'number') ? '***' : value
}
