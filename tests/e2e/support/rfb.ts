import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A viewer of a desktop: as much of RFB 3.8 (RFC 6143) as these tests need. */
export type Viewer = {
  /** What the server said first. */
  version: string
  /** Of the desktop. */
  name: string
  width: number
  height: number
  /** All pixels, as 0xRRGGBB. */
  pixels(): Promise<Uint32Array>
  /** Types a text of ASCII characters; a line feed is the Return key. */
  type(text: string): void
  /** Whether the connection has ended. */
  isClosed(): boolean
  close(): void
}

/** Connects, and rejects when nothing listens or the server does not speak RFB 3.8 without a password. */
export async function view(address: string, port = 5905): Promise<Viewer> {
  const socket = connect(port, address)
  const read = reader(socket)
  const version = (await read(12)).toString()
  socket.write('RFB 003.008\n')
  const [count = 0] = await read(1)
  if (!(await read(count)).includes(NO_SECURITY)) throw new Error('the server wants a password')
  socket.write(Buffer.from([NO_SECURITY]))
  if ((await read(4)).readUInt32BE() !== 0) throw new Error('the server refuses')
  socket.write(Buffer.from([1])) // shared
  const init = await read(24)
  const [width, height] = [init.readUInt16BE(0), init.readUInt16BE(2)]
  const name = (await read(init.readUInt32BE(20))).toString()

  // 32 bits a pixel, little-endian, true colour: 0x00RRGGBB. And no encoding but raw.
  socket.write(Buffer.from([0, 0, 0, 0, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0]))
  socket.write(Buffer.from([2, 0, 0, 1, 0, 0, 0, 0]))
  const request = Buffer.from([3, 0, 0, 0, 0, 0, width >> 8, width & 255, height >> 8, height & 255])

  return {
    version,
    name,
    width,
    height,
    async pixels() {
      socket.write(request)
      const pixels = new Uint32Array(width * height)
      const rectangles = (await readMessage(read)).readUInt16BE(0)
      for (let index = 0; index < rectangles; index++) {
        const head = await read(12)
        const [x, y, w, h] = [0, 2, 4, 6].map((at) => head.readUInt16BE(at)) as [number, number, number, number]
        const content = await read(4 * w * h)
        for (let row = 0; row < h; row++)
          for (let column = 0; column < w; column++)
            pixels[(y + row) * width + x + column] = content.readUInt32LE(4 * (row * w + column)) & 0xffffff
      }
      return pixels
    },
    type(text) {
      for (const character of text) {
        const code = character === '\n' ? RETURN : character.charCodeAt(0)
        for (const isDown of [1, 0]) socket.write(Buffer.from([4, isDown, 0, 0, 0, 0, code >> 8, code & 255]))
      }
    },
    isClosed: () => socket.closed,
    close: () => socket.destroy(),
  }
}

/** The same, as soon as something listens. Rejects after 10 seconds. */
export async function viewSoon(address: string): Promise<Viewer> {
  for (const until = Date.now() + 10_000; ; ) {
    try {
      return await view(address)
    } catch (error) {
      if (Date.now() > until) throw error
      await sleep(20)
    }
  }
}

const NO_SECURITY = 1
const RETURN = 0xff0d

/** The number of rectangles of the next update; what else a server tells in between is passed over. */
async function readMessage(read: (bytes: number) => Promise<Buffer>): Promise<Buffer> {
  for (;;) {
    const [type] = await read(1)
    if (type === 0) return (await read(3)).subarray(1)
    if (type === 3)
      await read((await read(7)).readUInt32BE(3)) // a text for the clipboard
    else if (type !== 2) throw new Error(`the server sends a message of type ${type}`) // 2: a bell
  }
}

/** Reads a given number of bytes at a time. Rejects if the connection ends first. */
function reader(socket: Socket): (bytes: number) => Promise<Buffer> {
  let received: Buffer[] = []
  let length = 0
  let ended: Error | undefined
  let wake = () => {}
  socket.on('data', (chunk) => {
    received.push(chunk)
    length += chunk.length
    wake()
  })
  socket.on('error', (error) => {
    ended = error
  })
  socket.on('close', () => {
    ended ??= new Error('the connection has ended')
    wake()
  })
  return async (bytes) => {
    while (length < bytes) {
      if (ended) throw ended
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    const all = Buffer.concat(received)
    received = [all.subarray(bytes)]
    length -= bytes
    return all.subarray(0, bytes)
  }
}
