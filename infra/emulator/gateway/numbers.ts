/** @throws RangeError if the value is not a number of 0 or more */
export function notNegative(name: string, value: number): number {
  if (!(value >= 0)) throw new RangeError(`${name} is ${value}, not a number of 0 or more`)
  return value
}

/**
 * The options that `defaults` names, with its values for those that are not given.
 * @throws RangeError that names the first option that is not a number of 0 or more
 */
export function notNegativeOptions<Name extends string>(
  defaults: Record<Name, number>,
  options: { readonly [K in NoInfer<Name>]?: number | undefined },
): Record<Name, number> {
  const numbers = { ...defaults }
  for (const name of Object.keys(defaults) as Name[]) {
    numbers[name] = notNegative(name, options[name] ?? defaults[name])
  }
  return numbers
}
