/** The value of a parameter of an ECS action. Undefined members are left out. */
export type Param = string | number | boolean | undefined | readonly Param[] | { readonly [key: string]: Param }

/**
 * Writes nested parameters as ECS expects them in a query: `Tags: [{ Key: 'a' }]` becomes `Tags.1.Key=a`; lists
 * count from 1 (ECS API reference, "Request structure").
 */
export function flatten(params: { readonly [key: string]: Param }): Record<string, string> {
  return Object.fromEntries(Object.entries(params).flatMap(([name, value]) => flat(name, value)))
}

function flat(name: string, value: Param): [string, string][] {
  if (value === undefined) return []
  if (typeof value !== 'object') return [[name, `${value}`]]
  const isList = Array.isArray(value)
  return Object.entries(value).flatMap(([key, item]) => flat(`${name}.${isList ? Number(key) + 1 : key}`, item))
}
