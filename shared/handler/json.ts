/**
 * Parses JSON, with or without a byte order mark before it. Undefined if the text is not JSON, or if an object has a name
 * twice: the meaning is ambiguous.
 */
export function parseJson(content: string | undefined): unknown {
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

/**
 * Finds the first name that an object of a JSON text has twice; undefined if none has. JSON.parse keeps the last value of
 * such a name and other parsers the first (RFC 8259, 4), so a proxy and the function would read different values.
 * @param json  valid JSON
 */
export function duplicateName(json: string): string | undefined {
  const open: Set<string>[] = []
  for (const [token, text, colon] of json.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|[{}]/g)) {
    if (token === '{') open.push(new Set())
    else if (token === '}') open.pop()
    else if (text !== undefined && colon !== undefined) {
      // Parsed, because "a" and "\u0061" are the same name.
      const name: string = JSON.parse(text)
      const names = open.at(-1)
      if (names?.has(name)) return name
      names?.add(name)
    }
  }
  return undefined
}
