import { connect } from 'node:net'

/** An RGB colour, e.g. 0x2e3440. */
export type Colour = number

/**
 * Sets the background colour of a display, as xsetroot does, whose package has many other programs. Speaks X11 (X Window
 * System Protocol, version 11, chapters 8 and 10). Never rejects: if it fails, the background stays black.
 */
export async function setRootColour(display: number, cookie: Buffer, colour: Colour): Promise<void> {
  const socket = connect(`/tmp/.X11-unix/X${display}`)
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.on('error', () => {}) // the server has exited, and 'close' follows
  socket.setTimeout(5_000, () => socket.destroy())
  socket.write(setupRequest(cookie))

  let received = Buffer.alloc(0)
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk])
    const root = rootWindowIn(received)
    if (root !== undefined) socket.end(Buffer.concat([changeBackground(root, colour), clearArea(root)]))
  })
  await closed
}

/** "Connection setup": little-endian, version 11.0, and the cookie. */
function setupRequest(cookie: Buffer): Buffer {
  const protocol = 'MIT-MAGIC-COOKIE-1\0\0' // 18 characters, padded to 20
  const head = Buffer.alloc(12)
  head.write('l')
  head.writeUInt16LE(11, 2)
  head.writeUInt16LE(18, 6)
  head.writeUInt16LE(cookie.length, 8)
  return Buffer.concat([head, Buffer.from(protocol), cookie])
}

/** The root window of the first screen; undefined until the answer to the setup is complete. */
function rootWindowIn(answer: Buffer): number | undefined {
  if (answer.length < 8 || answer[0] !== 1) return undefined
  if (answer.length < 8 + 4 * answer.readUInt16LE(6)) return undefined
  const vendorLength = answer.readUInt16LE(24)
  const formats = answer.readUInt8(29)
  return answer.readUInt32LE(40 + 4 * Math.ceil(vendorLength / 4) + 8 * formats)
}

/** ChangeWindowAttributes with background-pixel. */
function changeBackground(window: number, colour: Colour): Buffer {
  const request = Buffer.alloc(16)
  request.writeUInt8(2)
  request.writeUInt16LE(4, 2)
  request.writeUInt32LE(window, 4)
  request.writeUInt32LE(0x0000_0002, 8)
  request.writeUInt32LE(colour, 12)
  return request
}

/** ClearArea for the whole window: it repaints what was drawn before with the new background. */
function clearArea(window: number): Buffer {
  const request = Buffer.alloc(16)
  request.writeUInt8(61)
  request.writeUInt16LE(4, 2)
  request.writeUInt32LE(window, 4)
  return request
}
