import type { Rectangle } from '../pixels/frame.ts'

// The messages of a client (RFC 6143, section 7.5).

/** 32 bits per pixel, little-endian, true colour, red in the lowest byte: in memory red, green, blue, unused. */
export const setPixelFormat = new Uint8Array([0, 0, 0, 0, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 0, 8, 16, 0, 0, 0])

/** @param encodings  the preferred one first */
export function setEncodings(encodings: readonly number[]): Uint8Array {
  const message = new DataView(new ArrayBuffer(4 + 4 * encodings.length))
  message.setUint8(0, 2)
  message.setUint16(2, encodings.length)
  for (const [index, encoding] of encodings.entries()) message.setInt32(4 + 4 * index, encoding)
  return bytesOf(message)
}

/** @param isIncremental  whether the server may leave out what has not changed since its last update */
export function updateRequest({ x, y, width, height }: Rectangle, isIncremental: boolean): Uint8Array {
  const message = new DataView(new ArrayBuffer(10))
  message.setUint8(0, 3)
  message.setUint8(1, isIncremental ? 1 : 0)
  message.setUint16(2, x)
  message.setUint16(4, y)
  message.setUint16(6, width)
  message.setUint16(8, height)
  return bytesOf(message)
}

export function keyEvent(keysym: number, isDown: boolean): Uint8Array {
  const message = new DataView(new ArrayBuffer(8))
  message.setUint8(0, 4)
  message.setUint8(1, isDown ? 1 : 0)
  message.setUint32(4, keysym)
  return bytesOf(message)
}

/** @param buttons  bit 0: left, 1: middle, 2: right, 3 to 6: wheel up, down, left, right */
export function pointerEvent(x: number, y: number, buttons: number): Uint8Array {
  const message = new DataView(new ArrayBuffer(6))
  message.setUint8(0, 5)
  message.setUint8(1, buttons)
  message.setUint16(2, x)
  message.setUint16(4, y)
  return bytesOf(message)
}

/** @param length  of the text in Latin-1, or negative: of an extended message (see clipboard.ts) */
export function clientCutText(length: number, content: Uint8Array): Uint8Array {
  const message = new DataView(new ArrayBuffer(8 + content.length))
  message.setUint8(0, 6)
  message.setInt32(4, length)
  bytesOf(message).set(content, 8)
  return bytesOf(message)
}

const bytesOf = (view: DataView) => new Uint8Array(view.buffer)
