import { createServer, type Server } from 'node:net'

/** A block of loopback addresses that no other emulator on this computer gives out. */
export type LoopbackBlock = {
  /** E.g. `127.16.0.0/16`. */
  cidr: string
  /** Lets others have it. */
  release(): Promise<void>
}

/** Who listens at this port of a block's first address has the block. Instances get no address that ends in 1. */
const PORT = 28_112
const BLOCKS = Array.from({ length: 64 }, (_, index) => `127.${16 + index}`)

/**
 * Takes the first free block of `blocks`, which are 127.16.0.0/16 to 127.79.0.0/16 unless given. What holds it is a
 * listening socket: two that ask at once get different ones, whoever runs them, and it is free again when the process
 * ends, however it ends. Rejects with an error for people when none is free.
 */
export async function claimLoopbackBlock(blocks: readonly string[] = BLOCKS): Promise<LoopbackBlock> {
  for (const block of blocks) {
    const held = await hold(`${block}.0.1`)
    if (held) return { cidr: `${block}.0.0/16`, release: held.release }
  }
  const all = `${blocks.at(0)}.0.0/16 to ${blocks.at(-1)}.0.0/16`
  throw new Error(
    `no block of addresses is free: ${all} are taken; end another npm start, or what listens on port ${PORT} of 0.0.0.0`,
  )
}

async function hold(address: string): Promise<Pick<LoopbackBlock, 'release'> | undefined> {
  const server = createServer((socket) => socket.destroy())
  try {
    await listening(server, address)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE') return undefined
    // A system with no loopback address but 127.0.0.1: nothing can listen in the block, so nobody needs to hold it.
    if (code === 'EADDRNOTAVAIL') return { release: async () => {} }
    throw error
  }
  server.unref()
  return { release: () => new Promise((resolve) => server.close(() => resolve())) }
}

function listening(server: Server, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port: PORT, exclusive: true }, resolve)
  })
}
