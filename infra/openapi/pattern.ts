/**
 * A regular expression as JSON Schema has it (`pattern`: ECMA-262, taken with the flag `u`), which has no flags.
 * @throws {Error} for what means another thing, or nothing, without its flags
 */
export function patternOf({ source, flags }: RegExp): string {
  if (!/^u?$/.test(flags)) throw new Error(`/${source}/${flags} cannot be a pattern of JSON Schema: it has no flags.`)
  new RegExp(source, 'u') // with u, JavaScript refuses escapes that it else ignores
  return source
}
