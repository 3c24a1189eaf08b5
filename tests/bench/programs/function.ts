// A function in a process of its own, warm: called with events, as often as asked, with its CPU time.
import http from 'node:http'
import { createRequire } from 'node:module'
import { serve } from './serve.ts'

interface Reply {
  statusCode: number
  body: string
}

/** A call to the cloud as the function made it, with the size of the answer. */
export interface Recorded {
  path: string
  headers: Record<string, string>
  bytes: number
}

const recorded: Recorded[] = []
const bareRequest = http.request
recordRequests()

const { file } = JSON.parse(process.argv[2] ?? '{}')
const before = process.resourceUsage().maxRSS
const { handler, initializer } = createRequire(file)(file)
const context = { requestId: 'bench' }

export type FunctionProcess = typeof work
const work = serve({
  initialize: () => initializer(context),

  /** Calls the handler with each event, `concurrency` at a time. */
  async run({ events, concurrency = 1 }: { events: object[]; concurrency?: number }) {
    recorded.length = 0
    const replies: Reply[] = []
    const cpuMs = await cpuWhile(() =>
      inParallel(events.length, concurrency, async (index) => {
        replies[index] = await handler(events[index], context)
      }),
    )
    return { replies: replies.map(({ statusCode, body }) => ({ statusCode, body })), cpuMs }
  },

  /** Calls the handler once; answers only how long the body is, because to hand it on takes memory. */
  async size(event: object) {
    const { body } = await handler(event, context)
    return body.length as number
  },

  /** Calls the handler so often at once and keeps all bodies until the last one is there; answers how long each is. */
  async sizes({ event, count }: { event: object; count: number }) {
    const replies: Reply[] = await Promise.all(Array.from({ length: count }, () => handler(event, context)))
    return replies.map(({ body }) => body.length)
  },

  /** The calls to the cloud of the last run, the latest 10. */
  recorded: () => recorded,

  /** Sends the same calls with bare node:http to a server that answers as many bytes: `times` calls, `concurrency` at a time. */
  async bare({
    url,
    calls,
    times,
    concurrency,
  }: {
    url: string
    calls: Recorded[]
    times: number
    concurrency: number
  }) {
    const { hostname, port } = new URL(url)
    agent ??= new http.Agent({ keepAlive: true, maxFreeSockets: 256 })
    const requests = calls.map(({ path, headers, bytes }) => {
      return { agent, hostname, port, path, headers: { ...headers, 'X-Answer-Bytes': String(bytes) } }
    })
    return cpuWhile(() =>
      inParallel(times, concurrency, async () => {
        for (const request of requests) await get(request)
      }),
    )
  },

  /** Peak memory in bytes: of the process so far, and of Node.js before the function was loaded. */
  memory: () => ({ peak: process.resourceUsage().maxRSS * 1024, node: before * 1024 }),
})

let agent: http.Agent | undefined

function get(options: http.RequestOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = bareRequest(options, (answer) => {
      answer.resume()
      answer.on('end', resolve)
    })
    sent.on('error', reject)
    sent.end()
  })
}

async function cpuWhile(run: () => Promise<void>): Promise<number> {
  const start = process.cpuUsage()
  await run()
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1_000
}

async function inParallel(count: number, width: number, run: (index: number) => Promise<void>): Promise<void> {
  let next = 0
  const lane = async () => {
    while (next < count) await run(next++)
  }
  await Promise.all(Array.from({ length: width }, lane))
}

/** Notes what the function asks of the cloud; a few hundred nanoseconds a call. */
function recordRequests(): void {
  const { request } = http
  Object.assign(http, {
    request(options: http.RequestOptions, answered?: (answer: http.IncomingMessage) => void) {
      const sent = request(options, answered)
      sent.prependOnceListener('response', ({ headers }) => {
        const bytes = Number(headers['content-length'])
        recorded.push({ path: options.path ?? '', headers: options.headers as Record<string, string>, bytes })
        if (recorded.length > 10) recorded.shift()
      })
      return sent
    },
  })
}
