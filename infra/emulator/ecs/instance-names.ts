/**
 * The names of the instances of one call (ECS API reference, RunInstances). `web[9,3]-a` counts from 9 with 3 digits:
 * web009-a, web010-a. With `firstSuffix`, a number of 3 digits is appended to each name. Otherwise all names are the
 * same.
 */
export function instanceNames(name: string, count: number, firstSuffix: number | undefined): string[] {
  const [, prefix, first, digits, suffix] = /^(.*)\[(\d*),(\d)\](.*)$/.exec(name) ?? []
  return Array.from({ length: count }, (_, index) => {
    if (first !== undefined) return prefix + String(Number(first) + index).padStart(Number(digits), '0') + suffix
    return firstSuffix === undefined ? name : name + String(firstSuffix + index).padStart(3, '0')
  })
}
