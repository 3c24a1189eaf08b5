// What a cloud costs that does no work: a bare node:http server that sends a number of bytes after a delay.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from './serve.ts'

const bytes = Buffer.alloc(1_000_000, ' ')
const server = createServer(({ headers }, response) => {
  const body = bytes.subarray(0, Number(headers['x-answer-bytes'] ?? 0))
  const answer = () => {
    response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': body.length })
    response.end(body)
  }
  const milliseconds = Number(headers['x-answer-after'] ?? 0)
  if (milliseconds > 0) setTimeout(answer, milliseconds)
  else answer()
})
server.keepAliveTimeout = 65_000
const ready = new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

export type BareServer = typeof work
const work = serve({
  async url() {
    await ready
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  },
})
