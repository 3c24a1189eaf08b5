/**
 * The names of the instances of one call (ECS API reference, RunInstances): `web[9,3]-a` counts from 9 with 3 digits,
 * web009-a, web010-a; with a suffix each gets a number of 3 digits behind it; otherwise all have the same name.
 */
export function instanceNames(name: string, count: number, firstSuffix: number | undefined): string[] {
  const [, prefix, begin, digits, suffix] = /^(.*)\[(\d*),(\d)\](.*)$/.exec(name) ?? []
  return Array.from({ length: count }, (_, index) => {
    if (begin !== undefined) return prefix + String(Number(begin) + index).padStart(Number(digits), '0') + suffix
    return firstSuffix === undefined ? name : name + String(firstSuffix + index).padStart(3, '0')
  })
}
