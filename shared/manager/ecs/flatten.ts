/** What a parameter of an ECS action may hold. Undefined members are left out. */
export type Param = string | number | boolean | undefined | readonly Param[] | { readonly [key: string]: Param }

/**
 * Writes nested parameters the way ECS reads them from a query: `Tags: [{ Key: 'a' }]` becomes `Tags.1.Key=a`; lists
 * count from 1 (ECS API reference, "Request structure").
 */
export function flatten(params: { readonly [key: string]: Param }): Record<string, string> {
  const flat: Record<string, string> = {}
  for (const [key, value] of Object.entries(params)) write(flat, key, value)
  return flat
}

function write(flat: Record<string, string>, name: string, value: Param): void {
  if (value === undefined) return
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) write(flat, `${name}.${index + 1}`, item)
  } else if (typeof value === 'object') {
    for (const [key, item] of Object.entries(value)) write(flat, `${name}.${key}`, item)
  } else {
    flat[name] = String(value)
  }
}
