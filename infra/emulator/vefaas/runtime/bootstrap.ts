// The program of an instance: loads the function's index.js and calls its exports on requests of the platform. The
// emulator compiles it to JavaScript at its start. It has no dependencies, because every cold start waits for it.

import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import type { HandlerContext, HandlerResult, InstanceRequest, InstanceResponse } from './instance-messages.ts'

/** The file descriptor at this index of the `stdio` of FunctionInstance. */
const WATCHDOG_PIPE = 4

type Exports = {
  handler: (event: unknown, context: HandlerContext) => unknown
  initializer?: (context: HandlerContext) => unknown
}

// The function must not use the IPC channel.
const send = process.send?.bind(process) as (response: InstanceResponse) => void
Reflect.deleteProperty(process, 'send')
process.on('disconnect', () => process.exit())
// Ctrl-C in a terminal reaches every process of the group. The platform stops this one, or it exits on 'disconnect'.
process.on('SIGINT', () => {})

let functions: Exports
process.on('message', (request: InstanceRequest) => respond(request.id, () => handle(request)))
watchPlatform()
respond(0, load)

async function respond(
  id: number,
  run: () => HandlerResult | undefined | Promise<HandlerResult | undefined>,
): Promise<void> {
  const start = performance.now()
  try {
    const result = await run()
    send({ type: 'done', id, ...(result && { result }), durationMs: performance.now() - start })
  } catch (error) {
    console.error(error)
    send({ type: 'failed', id, message: messageOf(error), durationMs: performance.now() - start })
  }
}

async function handle(request: InstanceRequest): Promise<HandlerResult | undefined> {
  if (request.type === 'initialize') await functions.initializer?.(request.context)
  if (request.type === 'invoke') return readResult(await functions.handler(request.event, request.context))
  return undefined
}

function load(): undefined {
  const entry = join(process.cwd(), 'index.js')
  functions = createRequire(entry)(entry)
  if (typeof functions.handler !== 'function') throw new TypeError('index.js does not export a function named handler')
}

/**
 * A stuck event loop never gets 'disconnect', so a shell waits for the end of the emulator: a pipe that ends without a line.
 * It is cheaper than a thread, which takes 25 ms of CPU to start.
 */
function watchPlatform(): void {
  const script = 'trap "" INT TERM HUP; read _ || kill -9 $PPID'
  spawn('/bin/sh', ['-c', script], { env: {}, stdio: [WATCHDOG_PIPE, 'ignore', 'ignore'] }).unref()
}

/**
 * Only statusCode, headers and body reach the caller. The default is 200 with an empty body. The platform's treatment
 * of other types is not documented, so they are errors here: what works here also works there.
 */
function readResult(result: unknown): HandlerResult {
  if (result === undefined || result === null) return { statusCode: 200, headers: {}, body: '' }
  if (typeof result !== 'object') throw new TypeError(`handler returned a ${typeof result} instead of an object`)
  const { statusCode = 200, headers = {}, body = '' } = result as Record<keyof HandlerResult, unknown>
  if (typeof statusCode !== 'number' || !Number.isInteger(statusCode) || statusCode < 200 || statusCode > 599) {
    throw new TypeError('handler returned a statusCode that is not an integer from 200 to 599')
  }
  if (!isStringRecord(headers)) throw new TypeError('handler returned headers that are not an object of strings')
  if (typeof body === 'string') return { statusCode, headers, body }
  if (!(body instanceof Uint8Array))
    throw new TypeError('handler returned a body that is neither a string nor a Buffer')
  return { statusCode, headers, body: Buffer.from(body).toString('base64'), base64: true }
}

function isStringRecord(value: unknown): value is Record<string, string> {
  return typeof value === 'object' && value !== null && Object.values(value).every((text) => typeof text === 'string')
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
