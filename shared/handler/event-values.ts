/** Readers for the values of events, which may have any type. A value of another type reads as empty. */

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export const fieldsOf = (value: unknown): Record<string, unknown> => (isObject(value) ? value : {})

export const itemsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

export const textOf = (value: unknown) => (typeof value === 'string' ? value : '')
