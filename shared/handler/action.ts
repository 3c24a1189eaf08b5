import type * as v from 'valibot'
import type { ActionName, Caller } from '../config/callers.ts'
import { ActionError } from '../errors.ts'
import { authorize } from './auth.ts'
import { parseBody } from './body.ts'
import { fieldsOf, textOf } from './event-values.ts'
import type { Call, Invocation } from './invocation.ts'
import { checkAction, type ObjectSchema, readParameters, validate } from './parameters.ts'
import { type Answer, noContent, pipeline } from './pipeline.ts'
import { ALLOW, errorReply, metadata, type Reply, type ResponseMetadata, reply } from './reply.ts'

interface Action<Schema extends ObjectSchema, Result> {
  /** Name of the action, as in `Action=`. */
  name: ActionName
  /** Its parameters. Messages complete the sentence "<Name> ...". */
  input: Schema
  /** Its work. An `ActionError` becomes the answer; anything else becomes `InternalError`. */
  run(input: v.InferOutput<Schema>, call: Call): Promise<Result>
  /** The body of the answer; by default the envelope with the result. */
  body?(result: Result, metadata: ResponseMetadata, caller: Caller): object
}

const envelope = (Result: unknown, ResponseMetadata: ResponseMetadata) => ({ ResponseMetadata, Result })

/** Makes the handler of an action: it takes an HTTP event of veFaaS or AWS Lambda, and returns an answer. It never throws. */
export function action<Schema extends ObjectSchema, Result>({
  name,
  input,
  run,
  body = envelope,
}: Action<Schema, Result>) {
  return pipeline<v.InferOutput<Schema>, Result, Reply>({
    name,
    identify: (invocation) => identify(invocation, name),
    async check(invocation) {
      const { request, log } = invocation
      const parameters = readParameters(request, await parseBody(request))
      for (const secret of SECRET_PARAMETERS) log.secret(textOf(parameters.get(secret)))
      checkAction(request, name)
      const checked = validate(input, parameters)
      invocation.sandboxId = sandboxIdOf(checked)
      return checked
    },
    run,
    answer(invocation, _input, result) {
      invocation.sandboxId ??= sandboxIdOf(result)
      return { sent: reply(invocation, 200, body(result, metadata(invocation, name), invocation.caller)) }
    },
    answerError: (invocation, error) => ({ sent: errorReply(invocation, name, error), error }),
  })
}

function identify(invocation: Invocation, action: ActionName): Answer<Reply> | undefined {
  const { method } = invocation.request
  if (method === 'HEAD' || method === 'OPTIONS') return noContent(invocation, ALLOW)
  if (method !== 'GET' && method !== 'POST') {
    throw new ActionError(405, 'MethodNotAllowed', 'Send an HTTP request with GET or POST.')
  }
  authorize(invocation, action)
  return undefined
}

const sandboxIdOf = (value: unknown) => textOf(fieldsOf(value).SandboxId) || undefined

// Logs and answers never contain the values of these.
const SECRET_PARAMETERS = ['Password', 'UserData', 'Token']
