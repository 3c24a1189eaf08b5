/**
 * Converts a regular expression to a `pattern` of JSON Schema (ECMA-262, used with the flag `u`), which has no flags.
 * @throws {Error} if the expression is invalid or means something else without its flags
 */
export function patternOf({ source, flags }: RegExp): string {
  if (!/^u?$/.test(flags)) throw new Error(`/${source}/${flags} cannot be a pattern of JSON Schema: it has no flags.`)
  new RegExp(source, 'u') // with u, JavaScript throws for escapes that it ignores otherwise
  return source
}
