import { DesktopError, protocolError } from '../desktop-error.ts'
import { deflate, inflate } from '../pixels/zlib.ts'
import { viewOf } from './byte-reader.ts'
import { clientCutText } from './client-messages.ts'

/** Pseudo-encoding by which a client says that it knows the extended messages. */
export const EXTENDED_CLIPBOARD = 0xc0a1e5ce | 0

/** A longer text is neither sent nor kept. */
export const MAX_CLIPBOARD_BYTES = 1_048_576

// Flags of the extended messages (RFB protocol community specification, "Extended Clipboard Pseudo-Encoding").
const TEXT = 1
const CAPS = 1 << 24
const REQUEST = 1 << 25
const NOTIFY = 1 << 27
const PROVIDE = 1 << 28

type Content =
  | { kind: 'none' }
  /** The server has it, and sends it on request. */
  | { kind: 'announced' }
  | { kind: 'text'; text: string }
  | { kind: 'too large' }

/**
 * The clipboard of a desktop. Texts of RFC 6143 are in Latin-1. A server that knows the extended messages takes and
 * sends any Unicode text. Each side announces a text, and sends it only when the other requests it.
 */
export class Clipboard {
  readonly #send: (message: Uint8Array) => void
  #content: Content = { kind: 'none' }
  /** Sent when the server requests it. */
  #ownText = ''
  #isExtended = false
  #timesRequested = 0

  constructor(send: (message: Uint8Array) => void) {
    this.#send = send
  }

  get content(): Content {
    return this.#content
  }

  get takesUnicode(): boolean {
    return this.#isExtended
  }

  /** How often the server has requested a text of this client: it does when a program pastes. */
  get timesRequested(): number {
    return this.#timesRequested
  }

  /** @throws {DesktopError} `TooLarge`, or `Unsupported` if the server does not take Unicode */
  write(text: string): void {
    if (new TextEncoder().encode(text).length > MAX_CLIPBOARD_BYTES) {
      throw new DesktopError('TooLarge', `The text is longer than ${MAX_CLIPBOARD_BYTES} bytes in UTF-8.`)
    }
    if (this.#isExtended) this.#send(extended(NOTIFY | TEXT))
    else this.#writeLatin1(text)
    this.#ownText = text
    this.#content = { kind: 'text', text }
  }

  request(): void {
    this.#send(extended(REQUEST | TEXT))
  }

  /** Handles a text of the server in Latin-1. */
  receiveLatin1(bytes: Uint8Array): void {
    // TextDecoder knows Latin-1 only as windows-1252, which differs.
    this.#content = { kind: 'text', text: Array.from(bytes, (byte) => String.fromCharCode(byte)).join('') }
  }

  receiveTooLarge(): void {
    this.#content = { kind: 'too large' }
  }

  /** Handles an extended message of the server. */
  async receiveExtended(bytes: Uint8Array): Promise<void> {
    if (bytes.length < 4) throw protocolError('The server sent an invalid message about the clipboard.')
    const flags = viewOf(bytes).getUint32(0)
    const hasText = (flags & TEXT) !== 0
    if (flags & CAPS) this.#receiveCapabilities(flags)
    else if (flags & NOTIFY) this.#content = { kind: hasText ? 'announced' : 'none' }
    else if (flags & REQUEST && hasText) await this.#provide()
    else if (flags & PROVIDE && hasText) await this.#receiveText(bytes.subarray(4))
  }

  #receiveCapabilities(flags: number): void {
    // LibVNCServer 0.9.14, with x11vnc, knows the messages but no announcements, and ends the connection when a text is
    // sent.
    if ((flags & NOTIFY) === 0) return
    this.#isExtended = true
    // A size for each format follows: the longest text that the server may send without a request.
    const sizes = new Uint8Array(4)
    this.#send(extended(CAPS | REQUEST | NOTIFY | PROVIDE | TEXT, sizes))
  }

  async #provide(): Promise<void> {
    const text = new TextEncoder().encode(`${this.#ownText.replace(/\r?\n/g, '\r\n')}\0`)
    const content = new Uint8Array(4 + text.length)
    viewOf(content).setUint32(0, text.length)
    content.set(text, 4)
    this.#send(extended(PROVIDE | TEXT, await deflate(content, 1)))
    this.#timesRequested += 1
  }

  async #receiveText(compressed: Uint8Array): Promise<void> {
    // CR LF counts twice, and the length comes first.
    const content = await inflate(compressed, 4 + 2 * MAX_CLIPBOARD_BYTES)
    if (content === 'too long') {
      this.receiveTooLarge()
      return
    }
    if (content.length < 4) throw protocolError('The server sent an invalid text of the clipboard.')
    const length = viewOf(content).getUint32(0)
    const text = new TextDecoder().decode(content.subarray(4, 4 + length))
    this.#content = { kind: 'text', text: text.replace(/\0$/, '').replace(/\r\n/g, '\n') }
  }

  #writeLatin1(text: string): void {
    const bytes = Uint8Array.from(text.replace(/\r\n/g, '\n'), (character) => {
      const code = character.codePointAt(0) ?? 0
      if (code > 0xff) throw unsupportedCharacter()
      return code
    })
    this.#send(clientCutText(bytes.length, bytes))
  }
}

/** The length of an extended message is negative. */
function extended(flags: number, content: Uint8Array = new Uint8Array(0)): Uint8Array {
  const bytes = new Uint8Array(4 + content.length)
  viewOf(bytes).setUint32(0, flags)
  bytes.set(content, 4)
  return clientCutText(-bytes.length, bytes)
}

function unsupportedCharacter(): DesktopError {
  return new DesktopError('Unsupported', 'The clipboard of this VNC server takes only characters of Latin-1.')
}
