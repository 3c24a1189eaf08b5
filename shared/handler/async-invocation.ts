import type * as v from 'valibot'
import { type ActionError, outOfTime } from '../errors.ts'
import { ANSWER_MS, type Invocation } from './invocation.ts'
import { type ObjectSchema, validate } from './parameters.ts'

/** What functions have in common for whose answer nobody waits: those of timers and of messages. */

/**
 * Checks the data of an event, which unlike the parameters of a request are JSON values. Keys that a strictObject does
 * not know are refused, of any other object schema they are left out.
 * @throws {ActionError} as `validate`
 */
export function validateData<Schema extends ObjectSchema>(
  schema: Schema,
  data: Readonly<Record<string, unknown>>,
): v.InferOutput<Schema> {
  const isStrict = schema.type === 'strict_object'
  const found = Object.entries(data).filter(([name]) => isStrict || Object.hasOwn(schema.entries, name))
  return validate(schema, new Map(found))
}

/**
 * Waits for the work, but not to the very end of the invocation.
 * @param endsAt  milliseconds since 1970
 * @throws {ActionError} `UpstreamTimeout`
 */
export function inTime<Result>(work: Promise<Result>, endsAt: number): Promise<Result> {
  let timer: NodeJS.Timeout
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(outOfTime()), endsAt - ANSWER_MS - Date.now())
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

/**
 * What a function throws for its platform to see that it failed, and to repeat the event. Not the ActionError itself: its
 * causes are for the log, and the platform shows what it gets.
 */
export function failureOf({ log, requestId }: Invocation, { code, message }: ActionError): Error {
  const error = new Error(log.redact(`${code}: ${message} (request ${requestId})`))
  // Where in the code it was thrown tells nobody anything, and platforms print it.
  error.stack = ''
  return error
}
