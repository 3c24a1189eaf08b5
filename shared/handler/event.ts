import type * as v from 'valibot'
import { configuration } from '../config/index.ts'
import { ActionError } from '../errors.ts'
import { failureOf, inTime, validateData } from './async-invocation.ts'
import { authenticate } from './auth.ts'
import { checkSize } from './body.ts'
import { type Call, type Invocation, logOutcome, type PlatformContext, receive } from './invocation.ts'
import { type Message, originOf, readMessages } from './messages.ts'
import type { ObjectSchema } from './parameters.ts'
import { failure, metadata, type Reply, reply, toActionError } from './reply.ts'
import { isHandshake, permission } from './web-hook.ts'

interface EventFunction<Schema extends ObjectSchema> {
  /** In the log and the envelope, e.g. `TeardownSandboxes`. */
  name: string
  /**
   * The data of one message. Messages complete the sentence "<Name> ...", also the one for a wrong type. Keys that a
   * strictObject does not know are refused, of any other object schema they are left out.
   */
  input: Schema
  /**
   * Processes all messages together; `inputs` is empty if none of them asks for anything. `failures[i]` says why `inputs[i]`
   * was not done. A throw fails them all.
   */
  run(inputs: readonly v.InferOutput<Schema>[], call: Call): Promise<Work>
}

interface Work {
  result: object
  failures: readonly (ActionError | undefined)[]
}

/** What became of an event. With neither error, all of it was done. */
interface Outcome {
  result?: object
  /** Ids of the messages that have to come again. */
  failedIds: readonly string[]
  /** Why the first of them was not done. */
  failed?: ActionError
  /** Why the first that nobody can understand was refused. */
  refused?: ActionError
}

/**
 * Makes the handler of a function that works by message: an event of veFaaS or AWS Lambda in, and out the answer that makes
 * its platform repeat what failed, and nothing else. Of a message that cannot be understood, a repetition would be
 * understood no better: it is refused for good, and the others are done all the same.
 * @throws {Error} with code, text and request id, where that is the way to have an event repeated
 */
export function event<Schema extends ObjectSchema>({ name, input, run }: EventFunction<Schema>) {
  return async (event: unknown, context?: PlatformContext | null): Promise<object> => {
    const origin = originOf(event)
    const invocation = receive(event, context ?? {}, origin === 'http')
    const { request } = invocation
    if (origin === 'http' && (request.method === 'HEAD' || request.method === 'OPTIONS')) {
      return withoutWork(name, invocation)
    }
    const refused = origin === 'http' ? refusalOf(invocation) : undefined
    const outcome: Outcome = refused
      ? { failedIds: [], refused }
      : await work(readMessages(event, request), input, run, invocation)
    const { result = {}, failedIds, failed } = outcome
    const error = failed ?? outcome.refused
    logOutcome(name, invocation, { result: outcome.result, error })

    if (origin === 'http') {
      if (error) return failure(invocation, name, error, ALLOW)
      return reply(invocation, 200, { ResponseMetadata: metadata(invocation, name), Result: result })
    }
    // "Handling errors for an SQS event source in Lambda", AWS documentation.
    if (origin === 'sqs') return { batchItemFailures: failedIds.map((itemIdentifier) => ({ itemIdentifier })) }
    if (failed) throw failureOf(invocation, failed)
    if (error) return failure(invocation, name, error)
    // veFaaS hands on nothing but the three keys of a reply.
    return origin === 'vefaas' || context?.requestId ? reply(invocation, 200, result) : result
  }
}

const ALLOW = { Allow: 'POST, HEAD, OPTIONS' }

/** The answer to HEAD and OPTIONS. Only the handshake of a web hook needs a key, since it grants something. */
function withoutWork(name: string, invocation: Invocation): Reply {
  const { request } = invocation
  try {
    if (isHandshake(request)) checkKey(invocation)
    const permitted = isHandshake(request) ? permission(request) : {}
    logOutcome(name, invocation, { status: 204 })
    return reply(invocation, 204, undefined, { ...ALLOW, ...permitted })
  } catch (thrown) {
    const error = toActionError(thrown)
    logOutcome(name, invocation, { error })
    return failure(invocation, name, error)
  }
}

function checkKey(invocation: Invocation): void {
  invocation.caller = authenticate(invocation.request, configuration(), invocation.log)
}

// Who sends the events that are no requests, the platform has checked.
function refusalOf(invocation: Invocation): ActionError | undefined {
  const { request } = invocation
  try {
    if (request.method !== 'POST') throw new ActionError(405, 'MethodNotAllowed', 'Send an HTTP request with POST.')
    checkKey(invocation)
    checkSize(request.body, request.isBase64Encoded)
    return undefined
  } catch (error) {
    return toActionError(error)
  }
}

/** Never throws. */
async function work<Schema extends ObjectSchema>(
  messages: readonly Message[],
  schema: Schema,
  run: EventFunction<Schema>['run'],
  invocation: Invocation,
): Promise<Outcome> {
  const outcome: Outcome = { failedIds: [] }
  const accepted: Message[] = []
  const inputs: v.InferOutput<Schema>[] = []
  const { log } = invocation
  const named = ({ id }: Message) => `message ${id.slice(0, 128) || 'without an id'}`
  const several = messages.length > 1

  for (const message of messages) {
    try {
      inputs.push(check(schema, message))
      accepted.push(message)
    } catch (error) {
      const { status, code, message: reason } = toActionError(error)
      if (message.isTombstone && code.startsWith('MissingParameter.')) continue
      const told = several ? `${named(message)}: ${reason}` : reason
      outcome.refused ??= new ActionError(status, code, told, error)
      // Who sent a request reads the answer; of any other event nobody does, and it is lost.
      log.note(`${named(message)}: ${code}: ${reason}`, invocation.request.method ? 'warn' : 'error')
    }
  }
  if (inputs.length === 0 && outcome.refused) return outcome
  // Whose work it is.
  const ids = accepted.flatMap(({ id }) => id || [])
  if (ids.length > 0) log.note(`messages ${ids.slice(0, 10).join(', ').slice(0, 1_000)}`, 'info')

  try {
    const { result, failures } = await inTime(
      run(inputs, { ...invocation, config: configuration() }),
      invocation.endsAt,
    )
    outcome.result = result
    outcome.failedIds = idsOf(accepted.filter((_, index) => failures[index]))
    for (const [index, message] of accepted.entries()) {
      const failed = failures[index]
      if (failed === undefined) continue
      outcome.failed ??= repeatable(failed)
      if (several) log.note(`${named(message)}: ${failed.code}: ${failed.message}`)
    }
  } catch (error) {
    outcome.failedIds = idsOf(accepted)
    outcome.failed = repeatable(toActionError(error))
  }
  return outcome
}

// One message of a queue may hold several of ours.
const idsOf = (messages: readonly Message[]) => [...new Set(messages.map(({ id }) => id))]

function check<Schema extends ObjectSchema>(schema: Schema, { data, problem }: Message): v.InferOutput<Schema> {
  if (problem) throw new ActionError(400, 'InvalidEvent', problem)
  return validateData(schema, data)
}

// A sender takes a 4xx for final, but for 429, and what failed has to come again.
function repeatable(error: ActionError): ActionError {
  const { status, code, message, retryAfter } = error
  const isFinal = status >= 400 && status < 500 && status !== 429
  return isFinal ? new ActionError(503, code, message, error, retryAfter) : error
}
