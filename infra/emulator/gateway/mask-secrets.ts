/** Values under these names are secret: in the flat parameters of a call, and at any depth of its JSON body. */
const secretNames = /^(Password|Envs|SourceAccessConfig|\w+Credentials?)$/

/** Values under these names are not secret even inside a secret value. */
const publicNames = /^(Key|Username|Mechanism)$/

/** Returns a copy with `***` in place of each secret text and number. */
export function maskSecrets(value: unknown, isSecret = false): unknown {
  if (Array.isArray(value)) return value.map((item) => maskSecrets(item, isSecret))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [
        name,
        maskSecrets(item, secretNames.test(name) || (isSecret && !publicNames.test(name))),
      ]),
    )
  }
  return isSecret && (typeof value === 'string' || typeof value === 'number') ? '***' : value
}
