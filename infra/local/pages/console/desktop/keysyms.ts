const RETURN = 0xff0d
const TAB = 0xff09
const BACKSPACE = 0xff08

/**
 * Returns the keys that type a text, as X11 keysyms. The keysym of a Latin-1 character is its code point; for all others
 * it is 0x01000000 + the code point (X Window System Protocol, appendix A). Line breaks become Return. Omits other
 * control characters.
 */
export function keysymsOf(text: string): number[] {
  return Array.from(text.replace(/\r\n?/g, '\n')).flatMap((character) => {
    const code = character.codePointAt(0) ?? 0
    if (character === '\n') return RETURN
    if (character === '\t') return TAB
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return []
    return code <= 0xff ? code : 0x01000000 + code
  })
}

/**
 * Returns the keys that turn one text into another, with the cursor at its end: Backspace for each character after the
 * common start, then the new characters.
 */
export function keysymsOfEdit(before: string, after: string): number[] {
  const oldCharacters = Array.from(before)
  const newCharacters = Array.from(after)
  let common = 0
  while (common < oldCharacters.length && oldCharacters[common] === newCharacters[common]) common += 1
  const backspaces = Array<number>(oldCharacters.length - common).fill(BACKSPACE)
  return [...backspaces, ...keysymsOf(newCharacters.slice(common).join(''))]
}
