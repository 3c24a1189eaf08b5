import type * as v from 'valibot'
import { PLATFORM } from '../config/callers.ts'
import { ActionError } from '../errors.ts'
import { contentOf, NO_CONTENT, originOf } from './event-formats.ts'
import { fieldsOf, isObject } from './event-values.ts'
import type { Call } from './invocation.ts'
import { parseJson } from './json.ts'
import { type ObjectSchema, validateData } from './parameters.ts'
import { pipeline } from './pipeline.ts'
import { eventReply, platformError } from './reply.ts'

interface TimerFunction<Schema extends ObjectSchema> {
  /** In the log, e.g. `CleanupSandboxes`. */
  name: string
  /** The data of the timer. Messages complete the sentence "<Name> ...", including the one for a wrong type. */
  input: Schema
  /** Does the work. `failure` says why the invocation fails even though part of the work is done. A throw also fails it. */
  run(input: v.InferOutput<Schema>, call: Call): Promise<Work>
}

interface Work {
  result: object
  failure?: ActionError | undefined
}

/**
 * Makes the handler of a scheduled function: it takes the event of a timer and returns the result. It refuses HTTP requests,
 * because it checks no key.
 * @throws {Error} with code, message and request id if the work fails or the event is not a timer's, for the platform's alarm
 */
export function timer<Schema extends ObjectSchema>({ name, input, run }: TimerFunction<Schema>) {
  return pipeline<v.InferOutput<Schema>, Work, object>({
    name,
    identify(invocation) {
      invocation.caller = PLATFORM
      return undefined
    },
    check: ({ event }) => validateData(input, dataOf(event)),
    run,
    answer(invocation, _input, { result, failure }) {
      const sent = failure ? platformError(invocation, failure) : eventReply(invocation, result)
      return { sent, result, error: failure }
    },
    answerError(invocation, error) {
      // Nobody reads the answer: a mistake in the timer's data must show in the log.
      if (error.status < 500) invocation.log.note(error.message, 'error')
      return { sent: platformError(invocation, error), error }
    },
  })
}

/**
 * The data of a timer of veFaaS (a CloudEvent whose `data` is the payload), of a scheduled event of AWS (`detail`; EventBridge
 * Scheduler has it as text), or of a direct invocation (the event itself). Absent and empty data is an object without keys.
 */
function dataOf(event: unknown): Record<string, unknown> {
  const { Records, specversion, type, detail } = fieldsOf(event)
  if (originOf(event) === 'http') throw invalidEvent('It is not called over HTTP')
  if (Records !== undefined) throw invalidEvent('It is not called by messages')
  if (specversion !== undefined || type !== undefined) {
    if (specversion !== '1.0' || !/^(byte)?faas\.timer\.event$/.test(`${type}`)) {
      throw invalidEvent('A CloudEvent must be that of a timer: specversion 1.0, type faas.timer.event')
    }
    const found = contentOf(fieldsOf(event))
    if (!found) throw invalidEvent(NO_CONTENT)
    return parsed(found.content ?? undefined)
  }
  return parsed('detail-type' in fieldsOf(event) ? detail : event)
}

function parsed(data: unknown = {}): Record<string, unknown> {
  const value = typeof data === 'string' ? parseJson(data.trim() === '' ? '{}' : data) : data
  if (isObject(value)) return value
  throw invalidEvent('The data must be a JSON object without duplicate names')
}

const invalidEvent = (reason: string) => new ActionError(400, 'InvalidEvent', `${reason}.`)
