const RETURN = 0xff0d
const TAB = 0xff09
const BACKSPACE = 0xff08

/**
 * The keys that type a text, as X11 keysyms: Latin-1 characters are their own, all others are 0x01000000 + the code
 * point (X Window System Protocol, appendix A). Line breaks are Return; other control characters are left out.
 */
export function keysymsOf(text: string): number[] {
  return [...text.replace(/\r\n?/g, '\n')].flatMap((character) => {
    const code = character.codePointAt(0) ?? 0
    if (character === '\n') return RETURN
    if (character === '\t') return TAB
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return []
    return code <= 0xff ? code : 0x01000000 + code
  })
}

/** The keys that make one text of another, with the cursor at its end: Backspace for what has gone, then what is new. */
export function keysymsOfEdit(before: string, after: string): number[] {
  const [old, now] = [[...before], [...after]]
  const differs = old.findIndex((character, at) => character !== now[at])
  const same = differs === -1 ? old.length : differs
  return [...old.slice(same).map(() => BACKSPACE), ...keysymsOf(now.slice(same).join(''))]
}
