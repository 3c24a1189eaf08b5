import { DesktopError, protocolError } from '../desktop-error.ts'
import { type FixedLimits, within } from '../limits.ts'
import { Frame, type Picture, type Rectangle } from '../pixels/frame.ts'
import { readRaw } from '../pixels/raw.ts'
import { Inflater } from '../pixels/zlib.ts'
import { readZrle } from '../pixels/zrle.ts'
import { ByteReader } from './byte-reader.ts'
import type { ByteStream } from './byte-stream.ts'
import { setEncodings, setPixelFormat, updateRequest } from './client-messages.ts'
import { Clipboard, EXTENDED_CLIPBOARD, MAX_CLIPBOARD_BYTES } from './clipboard.ts'
import { shakeHands } from './handshake.ts'

// Types of rectangles. CopyRect is not among them, because a server uses it only for updates of what it has sent
// before. Nor is ExtendedDesktopSize: TigerVNC would send an update with only this before each full update.
const RAW = 0
const ZRLE = 16
const DESKTOP_SIZE = -223

/**
 * Requests for one picture. More than one is necessary if the size changes, or if the server answers in parts: 64 is
 * far above what servers do, and ends the exchange with a server that never completes a picture.
 */
const MAX_REQUESTS = 64

interface Waiter {
  /** Called after each message of the server. Returns true when the waiter needs no more messages. */
  check: (update: Update | undefined) => boolean
  reject: (error: unknown) => void
}

/** What an update of the picture contained. */
interface Update {
  hasPixels: boolean
  hasNewSize: boolean
}

/** A connection after the handshake: keeps the picture, and reads what the server sends until the connection ends. */
export class Session {
  readonly #stream: ByteStream
  readonly #reader: ByteReader
  readonly #inflater = new Inflater()
  readonly #clipboard = new Clipboard((message) => this.send(message))
  readonly #waiters = new Set<Waiter>()
  #frame: Frame
  /** Settles when the server has answered the current capture. */
  #capturing: Promise<void> | undefined
  #error: DesktopError | undefined

  private constructor(stream: ByteStream, reader: ByteReader, frame: Frame) {
    this.#stream = stream
    this.#reader = reader
    this.#frame = frame
  }

  /** If it fails, the stream is closed. */
  static async open(stream: ByteStream, password: string | undefined, limits: FixedLimits): Promise<Session> {
    try {
      const reader = new ByteReader(stream)
      const { width, height } = await within(limits, shakeHands(reader, stream, password))
      const session = new Session(stream, reader, new Frame(width, height))
      session.send(setPixelFormat)
      session.send(setEncodings([ZRLE, RAW, DESKTOP_SIZE, EXTENDED_CLIPBOARD]))
      session.#readMessages()
      return session
    } catch (error) {
      stream.destroy()
      throw error
    }
  }

  /** The size that the server reported last. */
  get size(): { width: number; height: number } {
    const { width, height } = this.#frame
    return { width, height }
  }

  /** @throws {DesktopError} the reason for which the connection has ended */
  send(message: Uint8Array): void {
    if (this.#error) throw this.#error
    this.#stream.write(message)
  }

  /**
   * Returns a part of the picture, or all of it, as the desktop shows it after all messages that were sent before: a
   * server handles them in order. The part is never half old: all pixels are requested, and it is complete when each of
   * them has arrived after the request and no update is half read.
   */
  async capture(area: Rectangle | undefined, limits: FixedLimits): Promise<Picture> {
    // One at a time. The answer to a capture that was given up would be taken for that to the next one.
    while (this.#capturing) await within(limits, this.#capturing)
    const picture = this.#requestPicture(area)
    const settle = () => {
      this.#capturing = undefined
    }
    this.#capturing = picture.then(settle, settle)
    return within(limits, picture)
  }

  async #requestPicture(area: Rectangle | undefined): Promise<Picture> {
    let requests = 0
    const request = (isIncremental: boolean) => {
      requests += 1
      if (requests > MAX_REQUESTS) throw protocolError('The server does not send a complete picture.')
      const wanted = area ?? this.#frame.area
      if (!this.#frame.contains(wanted)) throw outsideOfDesktop()
      if (!isIncremental) this.#frame.markStale(wanted)
      this.send(updateRequest(wanted, isIncremental))
    }
    request(false)
    return this.#waitFor((update) => {
      if (update === undefined) return undefined
      const wanted = area ?? this.#frame.area
      if (!update.hasNewSize && this.#frame.isFresh(wanted)) return this.#frame.copy(wanted)
      // A server that sends a picture in parts goes on with the next part. Any other starts again: it counts a request
      // as answered by an update without pixels, and what was sent before a change of the size is lost.
      request(update.hasPixels && !update.hasNewSize)
      return undefined
    })
  }

  /** Waits until the server has handled all messages that were sent before. */
  async synchronize(limits: FixedLimits): Promise<void> {
    await this.capture({ x: 0, y: 0, width: 1, height: 1 }, limits)
  }

  /** Whether `paste` works with this server. */
  async takesUnicode(limits: FixedLimits): Promise<boolean> {
    // The server says so before it handles anything that is sent after the handshake.
    if (!this.#clipboard.takesUnicode) await this.synchronize(limits)
    return this.#clipboard.takesUnicode
  }

  /** @throws {DesktopError} `TooLarge`, `Unsupported` */
  async writeClipboard(text: string, limits: FixedLimits): Promise<void> {
    await this.takesUnicode(limits)
    this.#clipboard.write(text)
    await this.synchronize(limits)
  }

  /** Waits until the server has requested the text of this client `times` times in all. */
  async clipboardRequests(times: number, limits: FixedLimits): Promise<void> {
    const isDone = () => this.#clipboard.timesRequested >= times || undefined
    if (!isDone()) await within(limits, this.#waitFor(isDone))
  }

  get timesClipboardRequested(): number {
    return this.#clipboard.timesRequested
  }

  /**
   * Returns the text of the clipboard that was copied last; undefined if none is known.
   * @throws {DesktopError} `TooLarge`
   */
  async readClipboard(limits: FixedLimits): Promise<string | undefined> {
    await this.synchronize(limits)
    if (this.#clipboard.content.kind === 'announced') {
      this.#clipboard.request()
      await within(
        limits,
        this.#waitFor(() => this.#clipboard.content.kind !== 'announced' || undefined),
      )
    }
    const { content } = this.#clipboard
    if (content.kind === 'too large') {
      throw new DesktopError('TooLarge', `The clipboard has more than ${MAX_CLIPBOARD_BYTES} bytes.`)
    }
    return content.kind === 'text' ? content.text : undefined
  }

  close(): void {
    this.#fail(new DesktopError('Closed', 'The connection to the desktop is closed.'))
  }

  /** Calls `check` after each message of the server, until it returns a value. */
  #waitFor<T>(check: (update: Update | undefined) => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#error) return reject(this.#error)
      const checkAndResolve = (update: Update | undefined) => {
        const value = check(update)
        if (value !== undefined) resolve(value)
        return value !== undefined
      }
      this.#waiters.add({ check: checkAndResolve, reject })
    })
  }

  async #readMessages(): Promise<void> {
    try {
      for (;;) {
        const update = await this.#readMessage()
        for (const waiter of this.#waiters) this.#notify(waiter, update)
      }
    } catch (error) {
      this.#fail(error instanceof DesktopError ? error : protocolError('The server sent an invalid message.', error))
    }
  }

  #notify(waiter: Waiter, update: Update | undefined): void {
    try {
      if (!waiter.check(update)) return
    } catch (error) {
      waiter.reject(error)
    }
    this.#waiters.delete(waiter)
  }

  #fail(error: DesktopError): void {
    if (this.#error) return
    this.#error = error
    this.#stream.destroy()
    this.#inflater.close()
    for (const waiter of this.#waiters) waiter.reject(error)
    this.#waiters.clear()
  }

  /** Reads one message (RFC 6143, section 7.6). Returns the update of the picture, if it was one. */
  async #readMessage(): Promise<Update | undefined> {
    const type = await this.#reader.uint8()
    switch (type) {
      case 0:
        return this.#readUpdate()
      case 1: // colours of a palette, which is not used
        await this.#reader.skip(3)
        await this.#reader.skip(6 * (await this.#reader.uint16()))
        return undefined
      case 2: // a bell
        return undefined
      case 3:
        await this.#readCutText()
        return undefined
      default:
        throw protocolError('The server sent a message of an unknown type.')
    }
  }

  async #readUpdate(): Promise<Update> {
    await this.#reader.skip(1)
    const count = await this.#reader.uint16()
    const update = { hasPixels: false, hasNewSize: false }
    for (let index = 0; index < count; index++) {
      const x = await this.#reader.uint16()
      const y = await this.#reader.uint16()
      const width = await this.#reader.uint16()
      const height = await this.#reader.uint16()
      const encoding = (await this.#reader.uint32()) | 0
      const area = { x, y, width, height }
      if (encoding === DESKTOP_SIZE) {
        update.hasNewSize = this.#resize(width, height) || update.hasNewSize
      } else {
        await this.#readPixels(area, encoding)
        update.hasPixels = true
      }
    }
    return update
  }

  /** Returns whether the size is new. */
  #resize(width: number, height: number): boolean {
    if (width === this.#frame.width && height === this.#frame.height) return false
    this.#frame = new Frame(width, height)
    return true
  }

  async #readPixels(area: Rectangle, encoding: number): Promise<void> {
    if (!this.#frame.contains(area)) throw protocolError('The server sent pixels outside of the desktop.')
    if (encoding === RAW) await readRaw(this.#reader, this.#frame, area)
    else if (encoding === ZRLE) await readZrle(this.#reader, this.#frame, area, this.#inflater)
    else throw protocolError('The server sent pixels in an encoding that was not requested.')
  }

  /** A negative length is that of an extended message. */
  async #readCutText(): Promise<void> {
    await this.#reader.skip(3)
    const length = (await this.#reader.uint32()) | 0
    if (Math.abs(length) > MAX_CLIPBOARD_BYTES) {
      await this.#reader.skip(Math.abs(length))
      this.#clipboard.receiveTooLarge()
      return
    }
    const bytes = await this.#reader.read(Math.abs(length))
    if (length < 0) await this.#clipboard.receiveExtended(bytes)
    else this.#clipboard.receiveLatin1(bytes)
  }
}

const outsideOfDesktop = () => new DesktopError('InvalidArgument', 'The area is not inside of the desktop.')
