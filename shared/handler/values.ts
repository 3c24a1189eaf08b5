import { duplicateName } from './duplicate-name.ts'

/** Readers for values of any type, as events are made of. What is not as it should be is empty. */

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export const fields = (value: unknown): Record<string, unknown> => (isObject(value) ? value : {})

export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

export const text = (value: unknown) => (typeof value === 'string' ? value : '')

/**
 * A text parsed as JSON, with or without a byte order mark before it; undefined when it is none, or when a name stands twice
 * in an object, because nobody can tell which is meant.
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

/** A text without the byte order mark that JSON may have before it, though it should not (RFC 8259, 8.1). */
export const withoutByteOrderMark = (content: string) => content.replace(/^\uFEFF/, '')

/** What base64 (RFC 4648, 4, padded) holds, as text; undefined when it is none. */
export function fromBase64(value: unknown): string | undefined {
  const bytes = Buffer.from(text(value), 'base64')
  // Node's decoder takes anything; encoding again shows whether it was base64.
  return typeof value === 'string' && bytes.toString('base64') === value ? bytes.toString() : undefined
}
