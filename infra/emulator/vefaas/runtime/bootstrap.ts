// The program of an instance: loads the function's index.js and runs its exports when the platform says so. It is turned
// into plain JavaScript when the emulator starts and uses nothing but Node.js, because every cold start waits for it.

import { createRequire } from 'node:module'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { Worker } from 'node:worker_threads'
import type { HandlerContext, HandlerResult, InstanceRequest, InstanceResponse } from './instance-messages.ts'

type Exports = {
  handler: (event: unknown, context: HandlerContext) => unknown
  initializer?: (context: HandlerContext) => unknown
}

// The function gets no hand on the channel.
const send = process.send?.bind(process) as (answer: InstanceResponse) => void
Reflect.deleteProperty(process, 'send')
process.on('disconnect', () => process.exit())
// Ctrl-C in a terminal reaches every process of the group; this one ends when the platform ends it or goes away itself.
process.on('SIGINT', () => {})

let functions: Exports
process.on('message', (question: InstanceRequest) => answer(question.id, () => work(question)))
watchPlatform()
answer(0, load)

async function answer(
  id: number,
  run: () => HandlerResult | undefined | Promise<HandlerResult | undefined>,
): Promise<void> {
  const start = performance.now()
  try {
    const reply = await run()
    send({ type: 'done', id, ...(reply && { reply }), durationMs: performance.now() - start })
  } catch (error) {
    console.error(error)
    send({ type: 'failed', id, message: messageOf(error), durationMs: performance.now() - start })
  }
}

async function work(question: InstanceRequest): Promise<HandlerResult | undefined> {
  if (question.type === 'initialize') await functions.initializer?.(question.context)
  if (question.type === 'invoke') return replyOf(await functions.handler(question.event, question.context))
  return undefined
}

function load(): undefined {
  const entry = join(process.cwd(), 'index.js')
  functions = createRequire(entry)(entry)
  if (typeof functions.handler !== 'function') throw new TypeError('index.js does not export a function named handler')
}

/** A stuck event loop never hears `disconnect`, so a thread looks after it; first of all, as loading may never end. */
function watchPlatform(): void {
  const look = `setInterval(() => process.ppid === ${process.ppid} || process.kill(process.pid, 'SIGKILL'), 500)`
  new Worker(look, { eval: true, env: {} }).unref()
}

/**
 * Only statusCode, headers and body reach the caller; nothing returned is 200 and empty. What the platform does with
 * other types is not documented, so they are errors here: what passes here is safe there.
 */
function replyOf(result: unknown): HandlerResult {
  if (result === undefined || result === null) return { statusCode: 200, headers: {}, body: '' }
  if (typeof result !== 'object') throw new TypeError(`handler returned a ${typeof result} instead of an object`)
  const { statusCode = 200, headers = {}, body = '' } = result as Record<keyof HandlerResult, unknown>
  if (typeof statusCode !== 'number' || !Number.isInteger(statusCode) || statusCode < 200 || statusCode > 599) {
    throw new TypeError('handler returned a statusCode that is not a whole number from 200 to 599')
  }
  if (!areTexts(headers)) throw new TypeError('handler returned headers that are not an object of strings')
  if (typeof body === 'string') return { statusCode, headers, body }
  if (!(body instanceof Uint8Array)) throw new TypeError('handler returned a body that is neither string nor Buffer')
  return { statusCode, headers, body: Buffer.from(body).toString('base64'), base64: true }
}

function areTexts(value: unknown): value is Record<string, string> {
  return typeof value === 'object' && value !== null && Object.values(value).every((text) => typeof text === 'string')
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
