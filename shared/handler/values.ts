import { duplicateName } from './duplicate-name.ts'

/** Readers for the values of events, which may have any type. A value of another type reads as empty. */

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export const fields = (value: unknown): Record<string, unknown> => (isObject(value) ? value : {})

export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

export const text = (value: unknown) => (typeof value === 'string' ? value : '')

/**
 * Parses JSON, with or without a byte order mark before it. Undefined if the text is not JSON, or if an object has a name
 * twice: the meaning is ambiguous.
 */
export function json(content: string | undefined): unknown {
  try {
    const text = withoutByteOrderMark(content ?? '')
    const value: unknown = JSON.parse(text)
    return duplicateName(text) === undefined ? value : undefined
  } catch {
    return undefined
  }
}

/** Removes a byte order mark before JSON. Senders must not add one, but parsers may ignore it (RFC 8259, 8.1). */
export const withoutByteOrderMark = (content: string) => content.replace(/^\uFEFF/, '')

/** Decodes base64 (RFC 4648, 4, padded) to text; undefined if the value is not base64. */
export function fromBase64(value: unknown): string | undefined {
  const bytes = Buffer.from(text(value), 'base64')
  // Node's decoder accepts anything; encoding the result shows whether it was base64.
  return typeof value === 'string' && bytes.toString('base64') === value ? bytes.toString() : undefined
}
