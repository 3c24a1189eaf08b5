import type { ByteStream } from './connection/byte-stream.ts'
import { keyEvent, pointerEvent } from './connection/client-messages.ts'
import { Session } from './connection/session.ts'
import { DesktopError, invalidArgument } from './desktop-error.ts'
import { keysymOfKey, keysymsOfCombination } from './input/keys.ts'
import { isShift, lowerCase, needsShift, SHIFT_LEFT, withShift } from './input/shift.ts'
import { isOnKeyboard, keysymsOfText, splitText } from './input/text.ts'
import { type FixedLimits, fixLimits, type Limits, sleep, within } from './limits.ts'
import { hasContent } from './pixels/content.ts'
import type { Rectangle } from './pixels/frame.ts'
import { encodePng, type Png } from './pixels/png.ts'
import { scaleDown } from './pixels/scale.ts'

export interface OpenOptions extends Limits {
  /** For VNC authentication, which uses its first eight bytes. Ignored if the server wants none. */
  password?: string | undefined
}

/** In pixels of the desktop, from its upper left corner. */
export interface Point {
  x: number
  y: number
}

export type Button = 'left' | 'middle' | 'right'

export interface ScreenshotOptions extends Limits {
  /** The part of the desktop to show. Default: all of it. */
  region?: Rectangle | undefined
  /** The size of the picture relative to the region: above 0, at most 1. Default: 1. */
  scale?: number | undefined
}

export interface ClickOptions extends Limits {
  /** Where to click. Default: where the pointer is. */
  at?: Point | undefined
  button?: Button | undefined
  /** 2 is a double click, 3 a triple click. */
  count?: 1 | 2 | 3 | undefined
}

export interface ScrollOptions extends Limits {
  /** Where to scroll. Default: where the pointer is. */
  at?: Point | undefined
  direction: 'up' | 'down' | 'left' | 'right'
  /** Steps of the wheel, from 1 to 100. */
  amount: number
}

/**
 * A desktop that a VNC server shows. Calls take place one after the other, in the order in which they were made. A call
 * that acts returns when the server has handled its events. Each may throw a `DesktopError`, after which no button and
 * no key that the call pressed stays pressed.
 */
export interface Desktop {
  /** The size of the desktop in pixels, as the server reported it last. */
  readonly size: { width: number; height: number }

  /** Returns a picture of the desktop as it is now. The picture is never half old. */
  screenshot(options?: ScreenshotOptions): Promise<Png>

  /** Whether the desktop shows more than one colour. A mouse pointer does not count. */
  hasContent(limits?: Limits): Promise<boolean>

  /** Moves the pointer. */
  move(to: Point, limits?: Limits): Promise<void>

  click(options?: ClickOptions): Promise<void>

  /** Presses the left button at one point, moves to another in steps, and releases the button. */
  drag(from: Point, to: Point, limits?: Limits): Promise<void>

  /** Turns the wheel. */
  scroll(options: ScrollOptions): Promise<void>

  /** Presses a button or a key until `buttonUp` or `keyUp`, or until the connection is closed. */
  buttonDown(button?: Button, limits?: Limits): Promise<void>
  buttonUp(button?: Button, limits?: Limits): Promise<void>
  keyDown(key: string, limits?: Limits): Promise<void>
  keyUp(key: string, limits?: Limits): Promise<void>

  /** Presses and releases a key, or a combination such as `ctrl+shift+t`. */
  press(combination: string, limits?: Limits): Promise<void>

  /**
   * Types a text exactly as it is, in any script. A line break is the Return key. Where the server's clipboard takes
   * Unicode, characters beyond ASCII are pasted with Shift+Insert, and replace the text of the clipboard: VNC servers
   * can press only about 18 different keys that their keyboard lacks, and drop all others silently. Elsewhere, the text
   * may contain at most 16 different ones.
   */
  type(text: string, limits?: Limits): Promise<void>

  /**
   * Returns the text that was copied last, in the desktop or with `writeClipboard`; undefined if none was copied since
   * the connection was opened.
   */
  readClipboard(limits?: Limits): Promise<string | undefined>

  /**
   * Copies a text, for programs of the desktop to paste as long as this connection is open. Servers without the
   * extended clipboard take only Latin-1.
   */
  writeClipboard(text: string, limits?: Limits): Promise<void>

  /** Where this client moved the pointer last; undefined if it has not moved it. */
  cursor(): Point | undefined

  /** Releases what is pressed, and closes the connection. Never throws. */
  close(): Promise<void>
}

const BUTTONS = { left: 1, middle: 2, right: 4 } as const
const WHEEL = { up: 8, down: 16, left: 32, right: 64 } as const
const MAX_SCROLL = 100

/**
 * Between the press and the release of a button, and between two clicks. Without pauses, Openbox behind x11vnc kept one
 * of the clicks to itself in 18 of 200 triple clicks on a busy machine. With 50 ms only before each press, or only before
 * each release, it was 1 of 200; with 10 ms before both, after the server has handled the last event, none of 400. Keys
 * and the wheel lost nothing.
 */
const CLICK_PAUSE_MS = 20

/**
 * A drag takes about half a second, as that of a person does. Without pauses, Openbox on a busy machine did not move
 * the window.
 */
const DRAG_STEPS = 12
const DRAG_STEP_MS = 25
const DRAG_HOLD_MS = 100

/** Characters that are typed before the server has to confirm them: an aborted call ends soon. */
const TYPE_BLOCK = 32

/** Different keys that a keyboard lacks: 18 were free in TigerVNC and x11vnc, which never or rarely free them again. */
const MAX_OTHER_KEYS = 16

/** Time that a program gets to paste, where nothing tells that it has done so. */
const PASTE_MS = 300

/** For the release of keys and buttons when the connection is closed. */
const CLOSE_TIMEOUT_MS = 2_000

/**
 * Opens a session with a VNC server, beside any other viewers. If that fails, the stream is closed.
 * @throws {DesktopError}
 */
export async function openDesktop(stream: ByteStream, { password, ...limits }: OpenOptions = {}): Promise<Desktop> {
  return new RfbDesktop(await Session.open(stream, password, fixLimits(limits)))
}

class RfbDesktop implements Desktop {
  readonly #session: Session
  /** The keysym that was sent for each pressed key, by the keysym of its name. */
  readonly #pressedKeys = new Map<number, number>()
  /** Typed keys that a keyboard may lack. */
  readonly #otherKeys = new Set<number>()
  #pressedButtons = 0
  #pointer: Point | undefined
  #lastCall: Promise<unknown> = Promise.resolve()

  constructor(session: Session) {
    this.#session = session
  }

  get size() {
    return this.#session.size
  }

  cursor(): Point | undefined {
    return this.#pointer && { ...this.#pointer }
  }

  screenshot({ region, scale = 1, ...limits }: ScreenshotOptions = {}): Promise<Png> {
    return this.#run(limits, async (fixed) => {
      if (!(scale > 0 && scale <= 1)) throw invalidArgument('The scale must be above 0 and at most 1.')
      if (region) checkRegion(region)
      const picture = await this.#session.capture(region, fixed)
      return encodePng(scaleDown(picture, scale))
    })
  }

  hasContent(limits?: Limits): Promise<boolean> {
    return this.#run(limits, async (fixed) => hasContent(await this.#session.capture(undefined, fixed)))
  }

  move(to: Point, limits?: Limits): Promise<void> {
    return this.#act(limits, () => this.#moveTo(to))
  }

  click({ at, button = 'left', count = 1, ...limits }: ClickOptions = {}): Promise<void> {
    return this.#act(limits, async (fixed) => {
      if (at) this.#moveTo(at)
      for (let clicks = 0; clicks < count; clicks++) {
        if (clicks > 0) await this.#pause(CLICK_PAUSE_MS, fixed)
        this.#setButtons(this.#pressedButtons | BUTTONS[button])
        await this.#pause(CLICK_PAUSE_MS, fixed)
        this.#setButtons(this.#pressedButtons & ~BUTTONS[button])
      }
    })
  }

  drag(from: Point, to: Point, limits?: Limits): Promise<void> {
    return this.#act(limits, async (fixed) => {
      this.#checkPoint(to)
      this.#moveTo(from)
      this.#setButtons(this.#pressedButtons | BUTTONS.left)
      await sleep(DRAG_HOLD_MS, fixed)
      for (let step = 1; step <= DRAG_STEPS; step++) {
        const share = step / DRAG_STEPS
        this.#moveTo({
          x: Math.round(from.x + share * (to.x - from.x)),
          y: Math.round(from.y + share * (to.y - from.y)),
        })
        await this.#pause(DRAG_STEP_MS, fixed)
      }
      await sleep(DRAG_HOLD_MS, fixed)
      this.#setButtons(this.#pressedButtons & ~BUTTONS.left)
    })
  }

  scroll({ at, direction, amount, ...limits }: ScrollOptions): Promise<void> {
    return this.#act(limits, () => {
      if (!Number.isInteger(amount) || amount < 1 || amount > MAX_SCROLL) {
        throw invalidArgument(`The amount must be an integer from 1 to ${MAX_SCROLL}.`)
      }
      if (at) this.#moveTo(at)
      for (let steps = 0; steps < amount; steps++) {
        this.#setButtons(this.#pressedButtons | WHEEL[direction])
        this.#setButtons(this.#pressedButtons & ~WHEEL[direction])
      }
    })
  }

  buttonDown(button: Button = 'left', limits?: Limits): Promise<void> {
    return this.#act(limits, () => this.#setButtons(this.#pressedButtons | BUTTONS[button]), { keepsPressed: true })
  }

  buttonUp(button: Button = 'left', limits?: Limits): Promise<void> {
    return this.#act(limits, () => this.#setButtons(this.#pressedButtons & ~BUTTONS[button]), { keepsPressed: true })
  }

  keyDown(key: string, limits?: Limits): Promise<void> {
    const press = () => {
      const keysym = lowerCase(keysymOfKey(key))
      this.#pressKey(keysym, this.#isShiftHeld() ? withShift(keysym) : keysym)
    }
    return this.#act(limits, press, { keepsPressed: true })
  }

  keyUp(key: string, limits?: Limits): Promise<void> {
    return this.#act(limits, () => this.#releaseKey(lowerCase(keysymOfKey(key))), { keepsPressed: true })
  }

  press(combination: string, limits?: Limits): Promise<void> {
    return this.#act(limits, () => this.#pressTogether(keysymsOfCombination(combination, this.#isShiftHeld())))
  }

  type(text: string, limits?: Limits): Promise<void> {
    return this.#act(limits, async (fixed) => {
      const keysyms = keysymsOfText(text)
      if (keysyms.every(isOnKeyboard)) return this.#typeKeys(keysyms, fixed)
      if (await this.#session.takesUnicode(fixed)) return this.#typeAndPaste(text, fixed)
      this.#checkOtherKeys(keysyms)
      return this.#typeKeys(keysyms, fixed)
    })
  }

  readClipboard(limits?: Limits): Promise<string | undefined> {
    return this.#run(limits, (fixed) => this.#session.readClipboard(fixed))
  }

  writeClipboard(text: string, limits?: Limits): Promise<void> {
    return this.#run(limits, (fixed) => this.#session.writeClipboard(text, fixed))
  }

  async close(): Promise<void> {
    const limits = fixLimits({ deadline: Date.now() + CLOSE_TIMEOUT_MS })
    try {
      if (this.#releaseAllExcept(new Set(), 0)) await this.#session.synchronize(limits)
    } catch {
      // The connection has ended, or ends now: the server releases what this client pressed.
    }
    this.#session.close()
  }

  /** Runs a call after all calls before it. */
  async #run<T>(limits: Limits | undefined, call: (limits: FixedLimits) => Promise<T>): Promise<T> {
    const fixed = fixLimits(limits)
    const turn = this.#lastCall
    let finish = () => {}
    const finished = new Promise<void>((resolve) => {
      finish = resolve
    })
    this.#lastCall = turn.then(() => finished)
    try {
      await within(fixed, turn)
      return await call(fixed)
    } finally {
      finish()
    }
  }

  /** Runs a call that sends events, and waits until the server has handled them. */
  #act(
    limits: Limits | undefined,
    send: (limits: FixedLimits) => void | Promise<void>,
    { keepsPressed = false } = {},
  ): Promise<void> {
    return this.#run(limits, async (fixed) => {
      const keys = new Set(this.#pressedKeys.keys())
      const buttons = this.#pressedButtons
      try {
        await send(fixed)
        await this.#session.synchronize(fixed)
        if (keepsPressed) return
      } catch (error) {
        this.#tryRelease(keys, buttons)
        throw error
      }
    })
  }

  /** Waits until the server has handled all events, and gives the programs of the desktop time to handle them. */
  async #pause(milliseconds: number, limits: FixedLimits): Promise<void> {
    await this.#session.synchronize(limits)
    await sleep(milliseconds, limits)
  }

  async #typeKeys(keysyms: readonly number[], limits: FixedLimits): Promise<void> {
    for (const [index, keysym] of keysyms.entries()) {
      this.#pressTogether(needsShift(keysym) && !this.#isShiftHeld() ? [SHIFT_LEFT, keysym] : [keysym])
      if (index % TYPE_BLOCK === TYPE_BLOCK - 1) await this.#session.synchronize(limits)
    }
  }

  async #typeAndPaste(text: string, limits: FixedLimits): Promise<void> {
    for (const { isOnKeyboard, part } of splitText(text)) {
      if (isOnKeyboard) await this.#typeKeys(keysymsOfText(part), limits)
      else await this.#paste(part, limits)
    }
  }

  /** Waits until the program has the text: keys that follow would overtake it. */
  async #paste(text: string, limits: FixedLimits): Promise<void> {
    const requests = this.#session.timesClipboardRequested
    await this.#session.writeClipboard(text, limits)
    const isAlreadyTaken = this.#session.timesClipboardRequested > requests
    this.#pressTogether(keysymsOfCombination('shift+insert'))
    await this.#session.clipboardRequests(requests + 1, limits)
    await this.#session.synchronize(limits)
    // A clipboard manager took the text before the key was pressed, so the server no longer requests it.
    if (isAlreadyTaken) await sleep(PASTE_MS, limits)
  }

  #checkOtherKeys(keysyms: readonly number[]): void {
    for (const keysym of keysyms) if (!isOnKeyboard(keysym)) this.#otherKeys.add(keysym)
    if (this.#otherKeys.size <= MAX_OTHER_KEYS) return
    const message = `This VNC server types at most ${MAX_OTHER_KEYS} different characters beyond ASCII.`
    throw new DesktopError('Unsupported', message)
  }

  #tryRelease(keys: ReadonlySet<number>, buttons: number): void {
    try {
      this.#releaseAllExcept(keys, buttons)
    } catch {
      // The connection has ended. The server releases what this client pressed.
    }
  }

  /** Returns whether anything was pressed. */
  #releaseAllExcept(keys: ReadonlySet<number>, buttons: number): boolean {
    const released = [...this.#pressedKeys.keys()].filter((keysym) => !keys.has(keysym))
    const releasesButtons = (this.#pressedButtons & ~buttons) !== 0
    for (const keysym of released.toReversed()) this.#releaseKey(keysym)
    if (releasesButtons) this.#setButtons(this.#pressedButtons & buttons)
    return released.length > 0 || releasesButtons
  }

  #isShiftHeld(): boolean {
    return [...this.#pressedKeys.keys()].some(isShift)
  }

  #pressTogether(keysyms: readonly number[]): void {
    const alreadyPressed = new Set(this.#pressedKeys.keys())
    for (const keysym of keysyms) this.#pressKey(keysym, keysym)
    for (const keysym of keysyms.toReversed()) if (!alreadyPressed.has(keysym)) this.#releaseKey(keysym)
  }

  /** @param sent  the keysym of the key with the modifiers that are held */
  #pressKey(keysym: number, sent: number): void {
    this.#session.send(keyEvent(sent, true))
    this.#pressedKeys.set(keysym, sent)
  }

  #releaseKey(keysym: number): void {
    this.#session.send(keyEvent(this.#pressedKeys.get(keysym) ?? keysym, false))
    this.#pressedKeys.delete(keysym)
  }

  #setButtons(buttons: number): void {
    // An event of the pointer always has a position, and the server does not report where the pointer is.
    if (!this.#pointer) throw invalidArgument('Pass a position: this connection has not moved the pointer yet.')
    this.#session.send(pointerEvent(this.#pointer.x, this.#pointer.y, buttons))
    this.#pressedButtons = buttons
  }

  #moveTo(point: Point): void {
    this.#checkPoint(point)
    this.#pointer = { x: point.x, y: point.y }
    this.#setButtons(this.#pressedButtons)
  }

  #checkPoint({ x, y }: Point): void {
    const { width, height } = this.#session.size
    const isInside = Number.isInteger(x) && Number.isInteger(y) && x >= 0 && y >= 0 && x < width && y < height
    if (!isInside) {
      throw invalidArgument(`x must be an integer from 0 to ${width - 1}, and y from 0 to ${height - 1}.`)
    }
  }
}

function checkRegion({ x, y, width, height }: Rectangle): void {
  const areIntegers = [x, y, width, height].every((value) => Number.isInteger(value) && value >= 0)
  if (!areIntegers || width === 0 || height === 0) {
    throw invalidArgument('The region needs integers: x and y from 0, width and height from 1.')
  }
}
