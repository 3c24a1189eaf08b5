/** Readers for values of any type, as events are made of. What is not as it should be is empty. */

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export const fields = (value: unknown): Record<string, unknown> => (isObject(value) ? value : {})

export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

export const text = (value: unknown) => (typeof value === 'string' ? value : '')

/** A text parsed as JSON; undefined when it is none. */
export function json(content: string | undefined): unknown {
  try {
    return JSON.parse(content ?? '')
  } catch {
    return undefined
  }
}

/** What base64 (RFC 4648, 4, padded) holds, as text; undefined when it is none. */
export function fromBase64(value: unknown): string | undefined {
  const bytes = Buffer.from(text(value), 'base64')
  // Node's decoder takes anything; encoding again shows whether it was base64.
  return typeof value === 'string' && bytes.toString('base64') === value ? bytes.toString() : undefined
}
