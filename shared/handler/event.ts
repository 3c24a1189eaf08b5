import type * as v from 'valibot'
import { type ActionName, PLATFORM } from '../config/callers.ts'
import { ActionError } from '../errors.ts'
import type { Log } from '../log.ts'
import { authorize } from './auth.ts'
import { checkSize } from './body.ts'
import { type Message, readMessages } from './event-formats.ts'
import type { Call, Invocation } from './invocation.ts'
import { type ObjectSchema, validateData } from './parameters.ts'
import { type Answer, noContent, pipeline } from './pipeline.ts'
import {
  ALLOW_POST,
  errorReply,
  eventReply,
  metadata,
  platformError,
  type Reply,
  reply,
  toActionError,
} from './reply.ts'
import { isHandshake, permission } from './web-hook-handshake.ts'

interface EventFunction<Schema extends ObjectSchema> {
  /** In the log and the envelope, e.g. `TeardownSandboxes`. */
  name: ActionName
  /**
   * The data of one message. Messages complete the sentence "<Name> ...", including the one for a wrong type. Keys that a
   * strictObject does not know are refused; any other object schema ignores them.
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

/** The messages of one event. */
interface Batch<Input> {
  /** `messages[i]` has the data `inputs[i]`. */
  messages: Message[]
  inputs: Input[]
  /** Why the first invalid message was refused. */
  refused: ActionError | undefined
  /** The event has more than one message. */
  isMany: boolean
}

/** How an event ended. Without either error, all of its work is done. */
interface Processed {
  result?: object
  /** Why the first failed message was not done. */
  failed?: ActionError | undefined
  /** The messages that the platform must deliver again. */
  failedMessages?: readonly Message[]
  refused?: ActionError | undefined
}

/**
 * Makes the handler of a function that processes messages: it takes an event of veFaaS or AWS Lambda, and returns the answer
 * that makes the platform deliver again what failed, and nothing else. An invalid message is refused for good, because it
 * would be invalid again; the others are still processed.
 * @throws {Error} with code, message and request id, if that makes the platform deliver the event again
 */
export function event<Schema extends ObjectSchema>({ name, input, run }: EventFunction<Schema>) {
  return pipeline<Batch<v.InferOutput<Schema>>, Work, object>({
    name,
    identify: (invocation) => identify(invocation, name),
    check: (invocation) => readBatch(input, invocation),
    run: ({ inputs }, call) => run(inputs, call),
    answer: (invocation, batch, work) => answer(name, invocation, outcomeOf(batch, work, invocation.log)),
    answerError(invocation, error) {
      if (!invocation.input) return answer(name, invocation, { refused: error })
      return answer(name, invocation, { failed: retryable(error), failedMessages: invocation.input.messages })
    },
  })
}

/** Checks the key of a request. The platform has checked the sender of any other event. */
function identify(invocation: Invocation, name: ActionName): Answer<Reply> | undefined {
  const { origin, request } = invocation
  if (origin !== 'http') {
    invocation.caller = PLATFORM
    return undefined
  }
  if (isHandshake(request)) {
    // HEAD and OPTIONS need no key, but this grants a permission.
    authorize(invocation, name)
    return noContent(invocation, { ...ALLOW_POST, ...permission(request) })
  }
  const { method } = request
  if (method === 'HEAD' || method === 'OPTIONS') return noContent(invocation, ALLOW_POST)
  if (method !== 'POST') throw new ActionError(405, 'MethodNotAllowed', 'Send an HTTP request with POST.')
  authorize(invocation, name)
  checkSize(request.body, request.isBase64Encoded)
  return undefined
}

/**
 * Reads the messages of an event, and checks their data.
 * @throws {ActionError} the first refusal, if no valid message is left
 */
function readBatch<Schema extends ObjectSchema>(schema: Schema, { event, request, log }: Invocation) {
  const found = readMessages(event, request)
  const batch: Batch<v.InferOutput<Schema>> = { messages: [], inputs: [], refused: undefined, isMany: found.length > 1 }
  for (const message of found) {
    try {
      batch.inputs.push(dataOf(schema, message))
      batch.messages.push(message)
    } catch (thrown) {
      const error = toActionError(thrown)
      if (message.isTombstone && error.code.startsWith('MissingParameter.')) continue
      batch.refused ??= batch.isMany ? naming(message, error) : error
      // The sender of a request reads the answer. Nobody reads the answer to another event, and its message is lost.
      log.note(noteOf(message, error), request.method ? 'warn' : 'error')
    }
  }
  if (batch.inputs.length === 0 && batch.refused) throw batch.refused
  noteIds(batch.messages, log)
  return batch
}

function dataOf<Schema extends ObjectSchema>(schema: Schema, { data, problem }: Message): v.InferOutput<Schema> {
  if (problem) throw new ActionError(400, 'InvalidEvent', problem)
  return validateData(schema, data)
}

function noteIds(messages: readonly Message[], log: Log): void {
  const ids = messages.map(({ id }) => id).filter((id) => id !== '')
  if (ids.length > 0) log.note(`messages ${ids.slice(0, 10).join(', ').slice(0, 1_000)}`, 'info')
}

const nameOf = ({ id }: Message) => `message ${id.slice(0, 128) || 'without an id'}`
const noteOf = (message: Message, { code, message: reason }: ActionError) => `${nameOf(message)}: ${code}: ${reason}`
const naming = (message: Message, error: ActionError) =>
  new ActionError(error.status, error.code, `${nameOf(message)}: ${error.message}`, { cause: error })

/** Finds the messages that failed, and notes them in the log. */
function outcomeOf({ messages, refused, isMany }: Batch<unknown>, { result, failures }: Work, log: Log): Processed {
  const failedMessages: Message[] = []
  for (const [index, message] of messages.entries()) {
    const error = failures[index]
    if (!error) continue
    failedMessages.push(message)
    if (isMany) log.note(noteOf(message, error))
  }
  const first = failures.find((error) => error !== undefined)
  return { result, failed: first && retryable(first), failedMessages, refused }
}

function answer(name: string, invocation: Invocation, processed: Processed): Answer<object> {
  const { result, failed, refused } = processed
  return { sent: sentBack(name, invocation, processed), result, error: failed ?? refused }
}

/** What makes the platform deliver again the messages that failed, and no others. */
function sentBack(name: string, invocation: Invocation, processed: Processed): object {
  const { result = {}, failed, failedMessages = [], refused } = processed
  if (invocation.origin === 'sqs') return batchItemFailures(failedMessages)
  if (invocation.origin !== 'http' && failed) return platformError(invocation, failed)
  const error = failed ?? refused
  if (error) return errorReply(invocation, name, error, ALLOW_POST)
  if (invocation.origin !== 'http') return eventReply(invocation, result)
  return reply(invocation, 200, { ResponseMetadata: metadata(invocation, name), Result: result })
}

// "Handling errors for an SQS event source in Lambda", AWS documentation. One record may hold several messages.
function batchItemFailures(messages: readonly Message[]) {
  const ids = new Set(messages.map(({ id }) => id))
  return { batchItemFailures: [...ids].map((itemIdentifier) => ({ itemIdentifier })) }
}

// A sender does not repeat after a 4xx other than 429, but a message that failed must come again.
function retryable(error: ActionError): ActionError {
  const { status, code, message, retryAfter } = error
  const isFinal = status >= 400 && status < 500 && status !== 429
  return isFinal ? new ActionError(503, code, message, { cause: error, retryAfter }) : error
}
