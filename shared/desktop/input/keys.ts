import { invalidArgument } from '../desktop-error.ts'
import { isShift, lowerCase, needsShift, SHIFT_LEFT, withShift } from './shift.ts'
import { keysymOfCharacter } from './text.ts'

/** More than any shortcut has. */
const MAX_KEYS = 8

// The keysyms of X11 (keysymdef.h). Names are compared without their case, underscores, hyphens and spaces: those of
// xdotool (Page_Down, Control_L), of DOM events and Playwright (PageDown, ControlLeft), and usual short ones.
const KEYSYMS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    backspace: 0xff08,
    tab: 0xff09,
    isolefttab: 0xfe20,
    'return enter linefeed newline': 0xff0d,
    'pause break': 0xff13,
    scrolllock: 0xff14,
    'sysreq sysrq': 0xff15,
    'escape esc': 0xff1b,
    home: 0xff50,
    'left arrowleft leftarrow': 0xff51,
    'up arrowup uparrow': 0xff52,
    'right arrowright rightarrow': 0xff53,
    'down arrowdown downarrow': 0xff54,
    'pageup pgup prior': 0xff55,
    'pagedown pgdn pgdown next': 0xff56,
    end: 0xff57,
    begin: 0xff58,
    'print printscreen prtsc prtscr': 0xff61,
    'insert ins': 0xff63,
    undo: 0xff65,
    redo: 0xff66,
    'menu contextmenu apps': 0xff67,
    find: 0xff68,
    cancel: 0xff69,
    help: 0xff6a,
    numlock: 0xff7f,
    'kpspace numpadspace': 0xff80,
    'kptab numpadtab': 0xff89,
    'kpenter numpadenter': 0xff8d,
    'kphome numpadhome': 0xff95,
    'kpleft numpadleft': 0xff96,
    'kpup numpadup': 0xff97,
    'kpright numpadright': 0xff98,
    'kpdown numpaddown': 0xff99,
    'kpprior kppageup numpadpageup': 0xff9a,
    'kpnext kppagedown numpadpagedown': 0xff9b,
    'kpend numpadend': 0xff9c,
    'kpbegin numpadbegin': 0xff9d,
    'kpinsert numpadinsert': 0xff9e,
    'kpdelete numpaddelete': 0xff9f,
    'kpmultiply numpadmultiply': 0xffaa,
    'kpadd numpadadd': 0xffab,
    'kpseparator numpadcomma': 0xffac,
    'kpsubtract numpadsubtract': 0xffad,
    'kpdecimal numpaddecimal': 0xffae,
    'kpdivide numpaddivide': 0xffaf,
    'kpequal numpadequal': 0xffbd,
    'shift shiftl shiftleft': 0xffe1,
    'shiftr shiftright': 0xffe2,
    'ctrl control ctrll controll controlleft': 0xffe3,
    'ctrlr controlr controlright': 0xffe4,
    capslock: 0xffe5,
    'meta metal metaleft super superl superleft win windows cmd command os osleft': 0xffeb,
    'metar metaright superr superright osright': 0xffec,
    'alt altl altleft option opt': 0xffe9,
    'altr altright': 0xffea,
    'altgr altgraph isolevel3shift': 0xfe03,
    'hyper hyperl': 0xffed,
    hyperr: 0xffee,
    'delete del': 0xffff,
    'space spacebar': 0x20,
    plus: 0x2b,
    'minus hyphen': 0x2d,
    comma: 0x2c,
    'period dot': 0x2e,
    slash: 0x2f,
    backslash: 0x5c,
    semicolon: 0x3b,
    colon: 0x3a,
    'equal equals': 0x3d,
    'apostrophe quote quoteright': 0x27,
    quotedbl: 0x22,
    'grave backquote backtick quoteleft': 0x60,
    'bracketleft leftbracket': 0x5b,
    'bracketright rightbracket': 0x5d,
    braceleft: 0x7b,
    braceright: 0x7d,
    parenleft: 0x28,
    parenright: 0x29,
    asterisk: 0x2a,
    underscore: 0x5f,
    question: 0x3f,
    exclam: 0x21,
    at: 0x40,
    numbersign: 0x23,
    dollar: 0x24,
    percent: 0x25,
    asciicircum: 0x5e,
    ampersand: 0x26,
    bar: 0x7c,
    less: 0x3c,
    greater: 0x3e,
    asciitilde: 0x7e,
    'xf86audiolowervolume audiovolumedown volumedown': 0x1008ff11,
    'xf86audiomute audiovolumemute volumemute': 0x1008ff12,
    'xf86audioraisevolume audiovolumeup volumeup': 0x1008ff13,
    'xf86back browserback': 0x1008ff26,
    'xf86forward browserforward': 0x1008ff27,
  }).flatMap(([names, keysym]) => names.split(' ').map((name): [string, number] => [name, keysym])),
)

/**
 * Returns the keysym of a key. Its name is one character, or a usual name in any case, such as `Return`, `Enter`,
 * `esc`, `Page_Down`, `ArrowLeft`, `F5`, `KP_7`, `super`, `KeyA` or `Digit1`.
 * @throws {DesktopError} `InvalidArgument`
 */
export function keysymOfKey(name: string): number {
  const [first = '', ...rest] = Array.from(name)
  if (first !== '' && rest.length === 0) return keysymOfCharacter(first)
  const plain = name.toLowerCase().replace(/[_ -]/g, '')
  const known = KEYSYMS.get(plain) ?? functionKey(plain) ?? keypadDigit(plain) ?? keyOfCode(plain)
  if (known === undefined) {
    throw invalidArgument('There is no key of that name. Use one character or a name such as Return, Escape or F5.')
  }
  return known
}

/** F1 to F35. */
function functionKey(plain: string): number | undefined {
  const number = Number(/^f([1-9]\d?)$/.exec(plain)?.[1])
  return number <= 35 ? 0xffbd + number : undefined
}

function keypadDigit(plain: string): number | undefined {
  const digit = /^(?:kp|numpad)(\d)$/.exec(plain)?.[1]
  return digit === undefined ? undefined : 0xffb0 + Number(digit)
}

/** The `code` of a DOM event: KeyA, Digit1. */
function keyOfCode(plain: string): number | undefined {
  const character = /^(?:key([a-z])|digit(\d))$/.exec(plain)
  return character ? (character[1] ?? character[2])?.codePointAt(0) : undefined
}

/**
 * Returns the keysyms of a combination such as `ctrl+shift+t`, in the order in which they are pressed. With Control,
 * Alt or Super, the case of a letter means nothing: `Ctrl+A` is Control and the key A, without Shift. A plus sign as a
 * key is `plus`, or the last character: `ctrl++`.
 * @throws {DesktopError} `InvalidArgument`
 */
export function keysymsOfCombination(combination: string, isShiftHeld = false): number[] {
  const names = combination === '+' ? ['+'] : combination.replace(/\+\+$/, '+plus').split('+')
  if (names.length > MAX_KEYS) throw invalidArgument(`A combination has at most ${MAX_KEYS} keys.`)
  const keysyms = names.map((name) => keysymOfKey(name.trim() || name))
  if (isShiftHeld || keysyms.some(isShift)) return keysyms.map(withShift)
  const plain = keysyms.some((keysym) => SHORTCUT_MODIFIERS.has(keysym)) ? keysyms.map(lowerCase) : keysyms
  return plain.flatMap((keysym) => (needsShift(keysym) ? [SHIFT_LEFT, keysym] : [keysym]))
}

/** Control, Alt, Super, Hyper. */
const SHORTCUT_MODIFIERS: ReadonlySet<number> = new Set([
  0xffe3, 0xffe4, 0xffe9, 0xffea, 0xffeb, 0xffec, 0xffed, 0xffee,
])
