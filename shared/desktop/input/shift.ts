// Which keys need Shift. Servers find out what a keysym needs on their keyboard, but guess wrong without a real Shift:
// for an upper-case letter without it, TigerVNC turns Caps Lock on; for a lower-case letter with it, x11vnc releases
// Shift. So a client has to press Shift as a keyboard does. If the server's layout is not that of the US, the server
// corrects the symbols.

const UNSHIFTED = "`1234567890-=[]\\;',./abcdefghijklmnopqrstuvwxyz"
const SHIFTED = '~!@#$%^&*()_+{}|:"<>?ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const TAB = 0xff09
const LEFT_TAB = 0xfe20

const shiftedKeysyms: ReadonlyMap<number, number> = new Map([
  [TAB, LEFT_TAB],
  ...Array.from(UNSHIFTED, (key, index): [number, number] => [key.charCodeAt(0), SHIFTED.charCodeAt(index)]),
])
const unshiftedKeysyms: ReadonlyMap<number, number> = new Map(
  Array.from(shiftedKeysyms, ([unshifted, shifted]) => [shifted, unshifted]),
)

export const SHIFT_LEFT = 0xffe1
const SHIFT_RIGHT = 0xffe2

export const isShift = (keysym: number) => keysym === SHIFT_LEFT || keysym === SHIFT_RIGHT

export const needsShift = (keysym: number) => unshiftedKeysyms.has(keysym)

/** The keysym of the same key with Shift. */
export const withShift = (keysym: number) => shiftedKeysyms.get(keysym) ?? keysym

/** The keysym of the same key without Shift, for a letter. */
export const lowerCase = (keysym: number) => (keysym >= 0x41 && keysym <= 0x5a ? keysym + 0x20 : keysym)
