// Callers, each with one connection that is kept open: the next request goes out when the last is answered. Bare sockets,
// because a whole HTTP client would take the CPU from what it measures.
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { serve } from './serve.ts'

interface Load {
  url: string
  headers?: Record<string, string>
  callers: number
  seconds: number
}

export type Callers = typeof work
const work = serve({
  /** Calls so long and counts the answers; all have to be 200. Milliseconds are those of the answers counted. */
  async run({ url, headers = {}, callers, seconds }: Load) {
    const { hostname, port, host, pathname, search } = new URL(url)
    const lines = Object.entries({ Host: host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
    const request = `GET ${pathname}${search} HTTP/1.1\r\n${lines.join('')}\r\n`
    const latencies: number[] = []
    const failures: string[] = []
    const sockets: Socket[] = []
    const deadline = sleep(seconds * 1_000)
    for (let caller = 0; caller < callers; caller++) {
      const socket = connect(Number(port), hostname)
      sockets.push(socket)
      keepCalling(socket, request, latencies, failures)
      if (caller % 2 === 1) await sleep(1) // callers know nothing of each other: they do not all begin at once
    }
    latencies.length = 0
    const start = performance.now()
    await deadline
    const answered = latencies.length
    const elapsed = performance.now() - start
    for (const socket of sockets) socket.destroy()
    if (failures.length > 0) throw new Error(`${failures.length} calls failed, the first: ${failures[0]}`)
    const sorted = latencies.sort((one, other) => one - other)
    const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN
    return { perSecond: (answered / elapsed) * 1_000, p50: at(0.5), p99: at(0.99) }
  },
})

function keepCalling(socket: Socket, request: string, latencies: number[], failures: string[]): void {
  let sent = 0
  let received = ''
  const call = () => {
    received = ''
    sent = performance.now()
    socket.write(request)
  }
  socket.setEncoding('latin1')
  socket.on('connect', call)
  socket.on('error', (error) => failures.push(error.message))
  socket.on('data', (chunk) => {
    received += chunk
    const end = received.indexOf('\r\n\r\n')
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(received)?.[1])
    if (end < 0 || received.length < end + 4 + length) return
    if (!received.startsWith('HTTP/1.1 200 ')) failures.push(received.slice(0, 500))
    latencies.push(performance.now() - sent)
    call()
  })
}
