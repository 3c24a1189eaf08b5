import { invalidArgument } from '../desktop-error.ts'

const RETURN = 0xff0d
const TAB = 0xff09

/**
 * Returns the keys that type a text, as X11 keysyms. The keysym of a Latin-1 character is its code point; for all
 * others it is 0x01000000 + the code point (X Window System Protocol, appendix A). A line break of any kind is Return.
 * @throws {DesktopError} `InvalidArgument` if the text has a character that no key types
 */
export function keysymsOfText(text: string): number[] {
  return Array.from(text.replace(/\r\n?/g, '\n'), (character) => keysymOfCharacter(character))
}

export function keysymOfCharacter(character: string): number {
  const code = character.codePointAt(0) ?? 0
  if (character === '\n') return RETURN
  if (character === '\t') return TAB
  const isControl = code < 0x20 || (code >= 0x7f && code < 0xa0)
  const isHalfOfPair = code >= 0xd800 && code < 0xe000
  if (isControl || isHalfOfPair) {
    const name = code.toString(16).toUpperCase().padStart(4, '0')
    throw invalidArgument(`The text contains U+${name}, which no key types.`)
  }
  return code <= 0xff ? code : 0x01000000 + code
}

/** Whether every keyboard of a server has the key: those of ASCII, Return and Tab. */
export const isOnKeyboard = (keysym: number) => keysym < 0x7f || keysym === RETURN || keysym === TAB

/** A part of a text that is typed, or pasted. */
export interface TextPart {
  isOnKeyboard: boolean
  part: string
}

/**
 * Splits a text into parts. A part to paste starts and ends with a character beyond ASCII, and has no line break or
 * tab.
 */
export function splitText(text: string): TextPart[] {
  const parts: TextPart[] = []
  let end = 0
  for (const { 0: part, index } of text.matchAll(PASTED)) {
    if (index > end) parts.push({ isOnKeyboard: true, part: text.slice(end, index) })
    parts.push({ isOnKeyboard: false, part })
    end = index + part.length
  }
  if (end < text.length) parts.push({ isOnKeyboard: true, part: text.slice(end) })
  return parts
}

const PASTED = /\P{ASCII}(?:[ -~\P{ASCII}]*\P{ASCII})?/gu
