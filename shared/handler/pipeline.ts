import middy from '@middy/core'
import { configuration } from '../config/index.ts'
import { type ActionError, outOfTime } from '../errors.ts'
import {
  ANSWER_MS,
  type Call,
  type Invocation,
  logOutcome,
  type Outcome,
  type PlatformContext,
  receive,
} from './invocation.ts'
import { type Reply, reply, toActionError } from './reply.ts'

/** What differs between the kinds of functions. Each stage may throw; then `answerError` answers. */
interface Stages<Input, Output, Sent extends object> {
  /** In the log and the envelope, e.g. `DeleteSandbox`. */
  name: string
  /** Checks the caller. An answer ends the invocation: the request needs no work. */
  identify?(invocation: Invocation<Input>): Answer<Sent> | undefined
  /** Reads the input of the work. */
  check(invocation: Invocation<Input>): Input | Promise<Input>
  /** Does the work. */
  run(input: Input, call: Call): Promise<Output>
  answer(invocation: Invocation<Input>, input: Input, output: Output): Answer<Sent>
  /** `invocation.input` is undefined if the error was thrown before the work began. Must not throw. */
  answerError(invocation: Invocation<Input>, error: ActionError): Answer<Sent>
}

/** What the platform gets, and what the log says about it. */
export interface Answer<Sent extends object> extends Outcome {
  /** An `Error` is thrown. */
  sent: Sent | Error
}

/** The answer to a request that needs no work. */
export function noContent(invocation: Invocation, headers: Record<string, string>): Answer<Reply> {
  return { sent: reply(invocation, 204, undefined, headers), status: 204 }
}

/** Makes the handler of a function: receive, identify, check, run within the deadline, answer, log. */
export function pipeline<Input, Output, Sent extends object>(stages: Stages<Input, Output, Sent>) {
  const { name, identify, check, run, answer, answerError } = stages
  const answerInTime = middy<Invocation<Input>, Answer<Sent>>({
    timeoutEarlyInMillis: ANSWER_MS,
    timeoutEarlyResponse: function giveUp() {
      throw outOfTime()
    },
  })
    .before(function identifyCaller({ event }) {
      return identify?.(event)
    })
    .handler(async function checkRunAnswer(invocation: Invocation<Input>) {
      const input = await check(invocation)
      invocation.input = input
      const output = await run(input, { ...invocation, config: configuration() })
      return answer(invocation, input, output)
    })
    .onError(function answerFailure(step) {
      step.response = answerError(step.event, toActionError(step.error))
    })

  return async function handle(event: unknown, context?: PlatformContext | null): Promise<Sent> {
    const invocation = receive<Input>(event, context ?? {})
    // middy subtracts ANSWER_MS for a timer, and Node warns of a negative time.
    const remaining = { getRemainingTimeInMillis: () => Math.max(invocation.endsAt - Date.now(), ANSWER_MS) }
    // middy reads nothing else of AWS Lambda's context.
    const { sent, ...outcome } = await answerInTime(invocation, remaining as middy.Request['context'])
    logOutcome(name, invocation, outcome)
    if (sent instanceof Error) throw sent
    return sent
  }
}
