/**
 * The first name that stands twice in one object of a JSON text; undefined where there is none. JSON.parse keeps the last
 * value of such a name and others the first (RFC 8259, 4), so a proxy and the function would read different things.
 * @param json  valid JSON
 */
export function duplicateName(json: string): string | undefined {
  const open: Set<string>[] = []
  for (const [token, text, colon] of json.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|[{}]/g)) {
    if (token === '{') open.push(new Set())
    else if (token === '}') open.pop()
    else if (text !== undefined && colon !== undefined) {
      // Parsed, because "a" and "\u0061" are one name.
      const name: string = JSON.parse(text)
      const names = open.at(-1)
      if (names?.has(name)) return name
      names?.add(name)
    }
  }
  return undefined
}
