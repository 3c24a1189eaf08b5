import { type ActionName, type Answer, outcome } from '../support/service.ts'
import { createdAt, isUtc, NEVER } from './truth.ts'
import type { World } from './world.ts'

// functions/README.md, "Errors", as far as these faults can bring it about.
const OF_THE_CLOUD = ['429 FlowLimitExceeded', '503 ServiceUnavailable', '503 InternalError', '504 UpstreamTimeout']

const OF_ACTIONS: Record<ActionName, readonly string[]> = {
  CreateSandbox: [
    '400 InvalidParameter.LifetimeSeconds',
    '409 IdempotentParameterMismatch',
    '429 QuotaExceeded.MaximumSandboxes',
    '429 QuotaExceeded.MaximumInstances',
    '503 InsufficientInventory',
  ],
  RenewSandbox: ['400 InvalidParameter.LifetimeSeconds', '404 InvalidSandbox.NotFound', '409 InvalidSandboxStatus'],
  DeleteSandbox: ['404 InvalidSandbox.NotFound', '409 InvalidSandboxStatus'],
  StopSandbox: ['404 InvalidSandbox.NotFound', '409 InvalidSandboxStatus'],
  StartSandbox: ['404 InvalidSandbox.NotFound', '409 InvalidSandboxStatus', '503 InsufficientInventory'],
  RebootSandbox: ['404 InvalidSandbox.NotFound', '409 InvalidSandboxStatus'],
  DescribeSandboxes: ['403 OperationDenied.Owner'],
  DescribeSandboxTerminalUrl: ['404 InvalidSandbox.NotFound', '409 InvalidSandboxStatus'],
  ValidateVncToken: ['403 InvalidVncToken.Expired', '404 InvalidVncToken.NotFound'],
}

/** Every answer of an action has the envelope and the headers, and an outcome that is in the list. */
export function checkAnswer(world: World, action: ActionName, answer: Answer): void {
  const { status, headers, body } = answer
  const told = outcome(answer)
  const isListed = told === '200' || [...OF_THE_CLOUD, ...OF_ACTIONS[action]].includes(told)
  world.check(isListed, () => `${action} answers ${told} ${answer.message}`)
  const { ResponseMetadata: metadata } = body ?? {}
  if (action !== 'ValidateVncToken' || status !== 200) {
    world.check(metadata?.Action === action && metadata.Version === '2020-04-01', () => `no envelope: ${answer.text}`)
    const isOne =
      (body?.Result === undefined) === (metadata?.Error !== undefined) && (status === 200) === !metadata?.Error
    world.check(isOne, () => `neither result nor error, or both: ${status} ${answer.text}`)
    world.check(headers['x-request-id'] === metadata?.RequestId, () => `another request id: ${answer.text}`)
  }
  const isWaiting = status === 429 || status === 503
  world.check(isWaiting === /^\d+$/.test(headers['retry-after'] ?? ''), () => `Retry-After with ${status}`)
  world.check(headers['cache-control'] === 'no-store', () => 'an answer that may be stored')
}

/** An end as an answer tells it: well-formed, and never beyond what the operator allows. */
export function readEnd(world: World, id: string, ExpireAt: unknown): number {
  if (ExpireAt === undefined) return NEVER
  const isTime = typeof ExpireAt === 'string' && isUtc(ExpireAt)
  world.check(isTime, () => `the end of ${id} is ${ExpireAt}`)
  const end = Date.parse(`${ExpireAt}`)
  const instance = world.instance(id)
  const { max_seconds } = world.settings
  if (instance && max_seconds) {
    const last = createdAt(instance) + (max_seconds + 1) * 1_000
    world.check(end <= last, () => `${id} ends at ${ExpireAt}, beyond lifetime.max_seconds`)
  }
  return end
}
