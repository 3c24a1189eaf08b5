import type * as v from 'valibot'
import { configuration } from '../config/index.ts'
import { ActionError } from '../errors.ts'
import { failureOf, inTime, validateData } from './async-invocation.ts'
import { type Call, logOutcome, type PlatformContext, receive } from './invocation.ts'
import { contentOf, NO_CONTENT } from './messages.ts'
import type { ObjectSchema } from './parameters.ts'
import { reply, toActionError } from './reply.ts'
import { fields, isObject, json } from './values.ts'

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
 * @throws {Error} with code, text and request id when the work failed or the event is none, for the platform's alarm
 */
export function timer<Schema extends ObjectSchema>({ name, input, run }: TimerFunction<Schema>) {
  return async (event: unknown, context?: PlatformContext | null): Promise<object> => {
    const invocation = receive(event, context ?? {}, false)
    let result: object | undefined
    let error: ActionError | undefined
    try {
      const data = validateData(input, dataOf(event))
      const work = run(data, { ...invocation, config: configuration() })
      const done = await inTime(work, invocation.endsAt)
      result = done.result
      error = done.failure
    } catch (thrown) {
      error = toActionError(thrown)
      // Nobody reads an answer: a mistake in the timer must be seen in the log.
      if (error.status < 500) invocation.log.note(error.message, 'error')
    }
    logOutcome(name, invocation, { result, error })
    if (error) throw failureOf(invocation, error)
    // veFaaS, which names a request in its own way, hands on nothing but the three keys of a reply.
    return context?.requestId || isTimer(fields(event)) ? reply(invocation, 200, result) : { ...result }
  }
}

/**
 * The data of a timer of veFaaS (a CloudEvent whose `data` is the payload), of a scheduled event of AWS (`detail`; EventBridge
 * Scheduler has it as text), or of a direct invocation (the event itself). Absent and empty is an object without keys.
 */
function dataOf(event: unknown): Record<string, unknown> {
  const { httpMethod, requestContext, Records, specversion, type, detail } = fields(event)
  if (httpMethod !== undefined || requestContext !== undefined) throw invalidEvent('It is not called over HTTP')
  if (Records !== undefined) throw invalidEvent('It is not called by messages')
  if (specversion !== undefined || type !== undefined) {
    const isRight = specversion === '1.0' && isTimer({ type })
    if (!isRight) throw invalidEvent('A CloudEvent must be that of a timer: specversion 1.0, type faas.timer.event')
    const found = contentOf(fields(event))
    if (!found) throw invalidEvent(NO_CONTENT)
    return parsed(found.content ?? undefined)
  }
  return parsed('detail-type' in fields(event) ? detail : event)
}

const isTimer = ({ type }: Record<string, unknown>) => /^(byte)?faas\.timer\.event$/.test(`${type}`)

function parsed(data: unknown = {}): Record<string, unknown> {
  const value = typeof data === 'string' ? json(data.trim() === '' ? '{}' : data) : data
  if (isObject(value)) return value
  throw invalidEvent('The data must be a JSON object without duplicate names')
}

const invalidEvent = (reason: string) => new ActionError(400, 'InvalidEvent', `${reason}.`)
