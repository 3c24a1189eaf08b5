import { main } from './main.ts'

// The first Ctrl-C ends the work in an orderly way, the second one at once.
const interruption = new AbortController()
process.once('SIGINT', () => interruption.abort())

// The reader of a pipe may have seen enough, for example head.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 1))

process.exitCode = await main(process.argv.slice(2), process, interruption.signal)
