import type * as v from 'valibot'
import { configuration } from '../config/index.ts'
import { ActionError } from '../errors.ts'
import { type Call, type PlatformContext, receive } from './invocation.ts'
import { failure, reply, toActionError } from './reply.ts'
import type { ObjectSchema } from './request.ts'
import { failureOf, inTime, logOutcome, validateData } from './unattended.ts'

interface TimerFunction<Schema extends ObjectSchema> {
  /** In the log, e.g. `CleanupSandboxes`. */
  name: string
  /** The data of the timer. Messages complete the sentence "<Name> ...", also the one for a wrong type. */
  input: Schema
  /** Does the work. `failure` says why it is not a success, whatever was done. To throw fails it too. */
  run(input: v.InferOutput<Schema>, call: Call): Promise<{ result: object; failure?: ActionError | undefined }>
}

/**
 * Makes the handler of a function that works by the clock: an event of a timer in, the result out. It is no way in for
 * requests, because it asks for no key.
 * @throws {Error} with code, text and request id when the work failed, for the platform's alarm and repetition
 */
export function timer<Schema extends ObjectSchema>({ name, input, run }: TimerFunction<Schema>) {
  return async (event: unknown, context?: PlatformContext | null): Promise<object> => {
    const invocation = receive(event, context ?? {}, false)
    let result: object = {}
    let error: ActionError | undefined
    try {
      const data = validateData(input, dataOf(event))
      const work = run(data, { ...invocation, config: configuration() })
      const done = await inTime(work, invocation.endsAt)
      result = done.result
      error = done.failure
    } catch (thrown) {
      error = toActionError(thrown)
    }
    logOutcome(name, invocation, { result, error })
    // veFaaS, which names a request in its own way, hands on nothing but the three keys of a reply.
    const isVefaas = Boolean(context?.requestId) || isTimer(fields(event))
    // What is refused is not repeated where a status can say so; elsewhere it must not pass for a success.
    if (error?.status === 400 && isVefaas) return failure(invocation, name, error)
    if (error) throw failureOf(invocation, error)
    return isVefaas ? reply(invocation, 200, result) : result
  }
}

/**
 * The data of a timer of veFaaS (a CloudEvent whose `data` is the payload), of a scheduled event of AWS (`detail`; EventBridge
 * Scheduler has it as text), or of a direct invocation (the event itself). Absent and empty is an object without keys.
 */
function dataOf(event: unknown): Record<string, unknown> {
  const { httpMethod, requestContext, Records, specversion, type, data, detail } = fields(event)
  if (httpMethod !== undefined || requestContext !== undefined) throw invalidEvent('It is not called over HTTP')
  if (Records !== undefined) throw invalidEvent('It is not called by messages')
  if (specversion !== undefined || type !== undefined) {
    const isRight = specversion === '1.0' && isTimer({ type })
    if (!isRight) throw invalidEvent('A CloudEvent must be that of a timer: specversion 1.0, type faas.timer.event')
    return parsed(data)
  }
  return parsed('detail-type' in fields(event) ? detail : event)
}

const isTimer = ({ type }: Record<string, unknown>) => /^(byte)?faas\.timer\.event$/.test(`${type}`)

function parsed(data: unknown = {}): Record<string, unknown> {
  let value = data
  try {
    if (typeof value === 'string') value = value.trim() === '' ? {} : JSON.parse(value)
  } catch {
    // Told below: it stays the text that it is.
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw invalidEvent('The data must be a JSON object')
}

const invalidEvent = (reason: string) => new ActionError(400, 'InvalidEvent', `${reason}.`)

function fields(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
