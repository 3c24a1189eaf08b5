import { createHash, randomUUID } from 'node:crypto'
import * as v from 'valibot'
import { invalidSandboxStatus, sandboxNotFound } from '../../errors.ts'
import { type Call, send } from '../ecs/call.ts'
import type { Instance } from '../ecs/instances.ts'
import { toUtc } from '../ecs/time.ts'
import { isWrongStatus } from '../ecs/translate-errors.ts'
import { endOf } from './lifetime.ts'
import { findSandbox, readAgain } from './sandbox.ts'

/** A change of state that ECS makes on request. */
export interface Transition {
  /** Action of ECS. */
  action: 'StopInstance' | 'StartInstance' | 'RebootInstance'
  /** The status in which ECS accepts it. */
  from: string
  /** The status right after ECS has accepted it. */
  to: string
  /** The statuses in which there is nothing to do. */
  reached: readonly string[]
  /** What to do in any other status: a sentence. */
  advice: string
}

/** A sandbox whose state has changed or is changing. */
export interface Changed {
  SandboxId: string
  /** Status of the machine in ECS. */
  Status: string
  /** When the sandbox ends, unless it is renewed: RFC 3339 in UTC; absent if it has no end. */
  ExpireAt: string | undefined
}

/**
 * Changes the state of a sandbox. Two calls to the cloud; one if there is nothing to do. Repeated and concurrent calls
 * change it once.
 * @param request  the call to ECS. By default it is made at once.
 * @throws {ActionError} `InvalidSandbox.NotFound`, `InvalidSandboxStatus`
 * @throws {CloudError}
 */
export async function changeState(
  call: Call,
  sandboxId: string,
  transition: Transition,
  request: (instance: Instance) => Promise<unknown>,
): Promise<Changed> {
  const instance = await findSandbox(call, sandboxId)
  if (instance === undefined) throw sandboxNotFound(sandboxId)
  const answer = (Status: string) => ({ SandboxId: sandboxId, Status, ExpireAt: toUtc(endOf(instance, call.config)) })
  checkStatus(instance, transition)
  if (instance.status !== transition.from) return answer(instance.status)
  try {
    await request(instance)
  } catch (error) {
    if (!isWrongStatus(error)) throw error
    // Another caller, or an earlier try whose answer was lost, has changed the state meanwhile.
    const { status } = await readAgain(call, instance)
    if (!transition.reached.includes(status)) throw invalidSandboxStatus(sandboxId, status, transition.advice, error)
    return answer(status)
  }
  return answer(transition.to)
}

function checkStatus({ id, status }: Instance, { from, reached, advice }: Transition): void {
  if (status !== from && !reached.includes(status)) throw invalidSandboxStatus(id, status, advice)
}

/**
 * Asks ECS for the change. Calls of one caller with the same request id count as one call.
 * @throws {CloudError}
 */
export function requestChange(
  call: Call,
  { action }: Transition,
  InstanceId: string,
  params: { readonly [name: string]: string | boolean } = {},
): Promise<unknown> {
  const id = call.callerRequestId ?? randomUUID()
  const token = JSON.stringify([call.caller.name, id, action, InstanceId, params])
  const ClientToken = createHash('sha256').update(token).digest('base64url')
  return send(call, action, { InstanceId, ...params, ClientToken }, v.unknown())
}
