import middy from '@middy/core'
import type * as v from 'valibot'
import { configuration } from '../config/index.ts'
import { ActionError, outOfTime } from '../errors.ts'
import { authenticate } from './auth.ts'
import { parseBody } from './body.ts'
import { ANSWER_MS, type Call, type Invocation, logOutcome, type PlatformContext, receive } from './invocation.ts'
import { checkAction, type ObjectSchema, readParameters, validate } from './parameters.ts'
import { ALLOW, failure, metadata, type Reply, type ResponseMetadata, reply, toActionError } from './reply.ts'

interface Action<Schema extends ObjectSchema, Result> {
  /** Name of the action, as it stands in `Action=`. */
  name: string
  /** Its parameters. Messages complete the sentence "<Name> ...". */
  input: Schema
  /** Its work. An `ActionError` becomes the answer; anything else becomes `InternalError`. */
  run(input: v.InferOutput<Schema>, call: Call): Promise<Result>
  /** The body of the answer; as a rule the envelope with the result. */
  body?(result: Result, metadata: ResponseMetadata): object
}

const envelope = (Result: unknown, ResponseMetadata: ResponseMetadata) => ({ ResponseMetadata, Result })

/** Makes the handler of an action: an event of veFaaS or AWS Lambda in, an answer out. It never throws. */
export function action<Schema extends ObjectSchema, Result>({
  name,
  input,
  run,
  body = envelope,
}: Action<Schema, Result>) {
  const pipeline = middy<Invocation, unknown>({
    timeoutEarlyInMillis: ANSWER_MS,
    timeoutEarlyResponse: () => {
      throw outOfTime()
    },
  })
    .before(({ event }) => {
      const { method } = event.request
      if (method === 'HEAD' || method === 'OPTIONS') return reply(event, 204, undefined, ALLOW)
      if (method === 'GET' || method === 'POST') return undefined
      throw new ActionError(405, 'MethodNotAllowed', 'Send an HTTP request with GET or POST.')
    })
    .before(({ event }) => {
      event.caller = authenticate(event.request, configuration(), event.log)
    })
    .before(async ({ event }) => {
      const parameters = readParameters(event.request, await parseBody(event.request))
      for (const name of SECRET_PARAMETERS) {
        const value = parameters.get(name)
        if (typeof value === 'string') event.log.secret(value)
      }
      checkAction(event.request, name)
      const checked = validate(input, parameters)
      event.input = checked
      event.sandboxId = (checked as { SandboxId?: string }).SandboxId
    })
    .handler((event: Invocation) => run(event.input as v.InferOutput<Schema>, { ...event, config: configuration() }))
    .after((step) => {
      step.event.sandboxId ??= (step.response as { SandboxId?: string }).SandboxId
      step.response = reply(step.event, 200, body(step.response as Result, metadata(step.event, name)))
    })
    .onError((step) => {
      step.event.error = toActionError(step.error)
      step.response = failure(step.event, name, step.event.error)
    })

  return async (event: unknown, context?: PlatformContext): Promise<Reply> => {
    const invocation = receive(event, context ?? {})
    const answer = await (pipeline as unknown as Pipeline)(invocation, {
      getRemainingTimeInMillis: () => invocation.endsAt - Date.now(),
    })
    logOutcome(name, invocation, { status: answer.statusCode, error: invocation.error })
    return answer
  }
}

// What it is once it is built; middy's own type asks for the whole context of AWS Lambda.
type Pipeline = (event: Invocation, context: { getRemainingTimeInMillis: () => number }) => Promise<Reply>

// Logs and answers never hold what these say.
const SECRET_PARAMETERS = ['Password', 'UserData', 'Token']
