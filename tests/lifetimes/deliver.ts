import { vefaas } from '../support/events.ts'
import type { Caller } from './callers.ts'
import { type Fortune, type Invocation, KILLED } from './invocation.ts'
import type { World } from './world.ts'

type Handler = (event: unknown, context: object) => Promise<object>

interface Delivery {
  /** Undefined: the platform. */
  caller?: Caller | undefined
  name: string
  handler: Handler
  event: object
  ids?: readonly string[]
  fortune: Fortune
  /** Milliseconds that the platform gives the function. */
  remainingMs: number
}

/** What a platform got for an event: an answer, or the text of what was thrown. */
export interface Delivered {
  answer?: Record<string, unknown>
  thrown?: string
}

/** Delivers an event as one invocation; `delivered` is undefined when it was killed. */
export async function deliver(world: World, delivery: Delivery) {
  const { caller, name, handler, event, ids = [], fortune, remainingMs } = delivery
  const context = { awsRequestId: 'r-1', getRemainingTimeInMillis: () => remainingMs }
  const work = () =>
    handler(event, context).then(
      (answer): Delivered => ({ answer: { ...answer } }),
      (error: Error): Delivered => ({ thrown: error.message }),
    )
  const { invocation, answer } = await world.invoke(name, ids, fortune, work, { caller })
  return { invocation, delivered: answer === KILLED ? undefined : answer }
}

/** An event as an HTTP request with this key. */
export const overHttp = (data: unknown, key: string) =>
  vefaas({
    method: 'POST',
    headers: [
      ['Content-Type', 'application/json'],
      ['X-API-Key', key],
    ],
    body: JSON.stringify(data),
  })

/**
 * The result that an event brought; undefined when it failed and the platform will deliver it again.
 * @param envelope  an HTTP answer has one
 */
export function resultOfEvent(world: World, { answer, thrown }: Delivered, envelope: boolean): object | undefined {
  if (thrown !== undefined) {
    const isTold = /^[A-Z]\w+(\.\w+)*: .+ \(request [\w-]+\)$/s.test(thrown)
    world.check(!envelope && isTold, () => `an event ends with ${thrown}`)
    return undefined
  }
  const { statusCode = 200, body, ...bare } = answer ?? {}
  if (typeof body !== 'string') return bare
  const parsed = JSON.parse(body)
  if (statusCode === 200) return envelope ? parsed.Result : parsed
  const { Code } = parsed.ResponseMetadata.Error
  const isTold = [429, 503, 504].includes(Number(statusCode)) && typeof Code === 'string'
  world.check(isTold, () => `an event is answered ${statusCode} ${body}`)
  return undefined
}

/** What the log says was done, also where the answer could not. */
export function resultInLog<T>({ lines }: Invocation): T | undefined {
  const { result } = JSON.parse(lines.at(-1) ?? '{}')
  return result
}
