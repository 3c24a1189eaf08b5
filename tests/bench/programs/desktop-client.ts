// Two clients of a desktop in a process: the driver, and one that does no more than read the same bytes. Each opens a
// connection for each call, as the function mcp does. All return milliseconds.
import { connectTcp } from '../../../shared/desktop/connect-tcp.ts'
import { ByteReader } from '../../../shared/desktop/connection/byte-reader.ts'
import { setEncodings, setPixelFormat, updateRequest } from '../../../shared/desktop/connection/client-messages.ts'
import { shakeHands } from '../../../shared/desktop/connection/handshake.ts'
import { type Desktop, openDesktop } from '../../../shared/desktop/index.ts'
import { serve } from './serve.ts'

const { address, port } = JSON.parse(process.argv[2] ?? '{}') as { address: string; port: number }
const ZRLE = 16

export type DesktopClient = typeof work
const work = serve({
  /** Reads a frame in the encoding that the driver prefers, and does not look at it. */
  bare: () =>
    timed(async () => {
      const socket = await connectTcp(address, port)
      const reader = new ByteReader(socket)
      const { width, height } = await shakeHands(reader, socket)
      socket.write(setPixelFormat)
      socket.write(setEncodings([ZRLE]))
      socket.write(updateRequest({ x: 0, y: 0, width, height }, false))
      await skipFrame(reader, width * height)
      socket.destroy()
    }),
  screenshot: () => use((desktop) => desktop.screenshot()),
  click: () => use((desktop) => desktop.click({ at: { x: 5, y: 5 } })),
  type: (text: string) => use((desktop) => desktop.type(text)),
})

function use(work: (desktop: Desktop) => Promise<unknown>): Promise<number> {
  return timed(async () => {
    const desktop = await openDesktop(await connectTcp(address, port))
    await work(desktop)
    await desktop.close()
  })
}

/** Skips updates until they have had all pixels. */
async function skipFrame(reader: ByteReader, pixels: number): Promise<void> {
  let rest = pixels
  while (rest > 0) {
    const type = await reader.uint8()
    if (type !== 0) throw new Error(`the server sent a message of type ${type}`)
    await reader.skip(1)
    const rectangles = await reader.uint16()
    for (let index = 0; index < rectangles; index++) {
      await reader.skip(4)
      rest -= (await reader.uint16()) * (await reader.uint16())
      await reader.skip(4)
      await reader.skip(await reader.uint32())
    }
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}
