/**
 * Whether two values mean the same to the cloud: empty, false, 0 and absent values are equal, and the order of items
 * and keys does not matter.
 */
export function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(normalized(one)) === JSON.stringify(normalized(other))
}

/**
 * Whether `found` has everything in `wanted`. Additional keys in `found` do not matter, but additional list items do.
 */
export function hasAll(found: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted) && wanted.some(isMap)) {
    const items = Array.isArray(found) ? found : []
    return items.length === wanted.length && wanted.every((item) => items.some((one) => hasAll(one, item)))
  }
  if (isMap(wanted)) {
    const map = isMap(found) ? found : {}
    return Object.entries(wanted).every(([key, value]) => hasAll(map[key], value))
  }
  return isSame(found, wanted)
}

/** Returns the keys in `wanted` that `found` does not have (see `hasAll`), each as `Name old -> new`. */
export function changes(wanted: object, found: object): string[] {
  const before = found as Record<string, unknown>
  return Object.entries(wanted)
    .filter(([key, value]) => !hasAll(before[key], value))
    .map(([key, value]) => `${key} ${describeValue(before[key])} -> ${describeValue(value)}`)
}

function normalized(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(normalized).filter((item) => item !== undefined)
    if (items.length === 0) return undefined
    return items.map((item) => JSON.stringify(item)).sort()
  }
  if (isMap(value)) {
    const entries = Object.entries(value).map(([key, item]) => [key, normalized(item)] as const)
    const kept = entries.filter(([, item]) => item !== undefined).sort(([a], [b]) => (a < b ? -1 : 1))
    return kept.length === 0 ? undefined : Object.fromEntries(kept)
  }
  return value === '' || value === false || value === null || value === 0 ? undefined : value
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function describeValue(value: unknown): string {
  if (normalized(value) === undefined && typeof value !== 'number' && typeof value !== 'boolean') return 'none'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
