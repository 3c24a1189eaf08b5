import { createServer, type Server } from 'node:net'

/** A block of loopback addresses that no other emulator on this computer uses. */
export type LoopbackBlock = {
  /** E.g. `127.16.0.0/16`. */
  cidr: string
  /** Frees the block for others. */
  release(): Promise<void>
}

/** A listener at this port of the first address of a block holds the block. No instance gets an address that ends in .1. */
const PORT = 28_112
const BLOCKS = Array.from({ length: 64 }, (_, index) => `127.${16 + index}`)

/**
 * Claims the first free block of `blocks`; default: 127.16.0.0/16 to 127.79.0.0/16. A listening socket holds it, so two
 * simultaneous claims get different blocks, also from different users, and the block is free again when the process ends
 * for any reason. Rejects with an error for people if none is free.
 */
export async function claimLoopbackBlock(blocks: readonly string[] = BLOCKS): Promise<LoopbackBlock> {
  for (const block of blocks) {
    const held = await hold(`${block}.0.1`)
    if (held) return { cidr: `${block}.0.0/16`, release: held.release }
  }
  const all = `${blocks.at(0)}.0.0/16 to ${blocks.at(-1)}.0.0/16`
  throw new Error(
    `no block of addresses is free: ${all} are taken; stop another npm start, or the program that listens on port ${PORT} of 0.0.0.0`,
  )
}

async function hold(address: string): Promise<Pick<LoopbackBlock, 'release'> | undefined> {
  const server = createServer((socket) => socket.destroy())
  try {
    await listen(server, address)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE') return undefined
    // The system has no loopback address except 127.0.0.1. Nothing can listen in the block, so it need not be held.
    if (code === 'EADDRNOTAVAIL') return { release: async () => {} }
    throw error
  }
  server.unref()
  return { release: () => new Promise((resolve) => server.close(() => resolve())) }
}

function listen(server: Server, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port: PORT, exclusive: true }, resolve)
  })
}
