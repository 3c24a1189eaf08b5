import type { Config } from '../config/schema.ts'
import { ActionError } from '../errors.ts'
import type { Call } from './ecs/call.ts'
import { CloudError } from './ecs/cloud-error.ts'
import { coalesce } from './ecs/coalesce.ts'
import type { Instance } from './ecs/instances.ts'
import { translateErrors } from './ecs/translate-errors.ts'
import { allPages, badNextToken, listSandboxes } from './sandbox/listing.ts'
import { visibleOwner } from './sandbox/owner.ts'
import { findSandbox, type Sandbox, toSandbox } from './sandbox/sandbox.ts'

/** Which sandboxes to list. With `MaxResults` or `NextToken` one page, otherwise all. */
export interface DescribeRequest {
  SandboxId?: string | undefined
  Status?: string | undefined
  OsType?: 'Linux' | 'Windows' | undefined
  /** For callers that see all sandboxes. */
  Owner?: string | undefined
  /** 1 to 100; default 100. */
  MaxResults?: number | undefined
  /** From the previous page. */
  NextToken?: string | undefined
}

export interface DescribeResult {
  sandboxes: Sandbox[]
  /** Token of the next page; empty on the last one; absent if all are listed. */
  NextToken?: string | undefined
}

/**
 * Lists sandboxes in their current state. A page may have fewer than `MaxResults`, even none: only an empty `NextToken`
 * means the last page.
 * @throws {ActionError} `InvalidParameter.NextToken`, `OperationDenied.Owner`, and the errors of the cloud
 */
export function describeSandboxes(call: Call, request: DescribeRequest): Promise<DescribeResult> {
  return translateErrors(async () => {
    const { owner, seesAll } = call.caller
    if (request.Owner !== undefined && request.Owner !== owner && !seesAll) {
      throw new ActionError(403, 'OperationDenied.Owner', `The caller sees only sandboxes of the owner ${owner}.`)
    }
    const isPaged = request.MaxResults !== undefined || request.NextToken !== undefined
    if (request.SandboxId !== undefined) {
      const instance = await findSandbox(call, request.SandboxId)
      return { sandboxes: toSandboxes(call, request, instance ? [instance] : []), NextToken: isPaged ? '' : undefined }
    }
    if (isPaged) return onePage(call, request)
    // Only callers that see all sandboxes choose an owner. They are few, so their lists are not shared.
    const list = request.Owner === undefined ? sharedList(call) : listAll([call], request.Owner)
    return { sandboxes: matching(request, await list) }
  })
}

// Concurrent callers share a listing: a hundred listings at once would use too much memory and exceed the rate of ECS. The
// key is the owner whose sandboxes they see.
const lists = new WeakMap<Config, Map<string | undefined, (call: Call) => Promise<Sandbox[]>>>()

/** Lists all sandboxes that the caller sees. The listing starts after this call. */
function sharedList(call: Call): Promise<Sandbox[]> {
  const ofConfig = lists.get(call.config) ?? new Map()
  lists.set(call.config, ofConfig)
  const owner = visibleOwner(call.caller)
  const list = ofConfig.get(owner) ?? coalesce<Call, Sandbox[]>((calls) => listAll(calls))
  ofConfig.set(owner, list)
  return list(call)
}

// The log of the first caller has the calls to the cloud; the logs of the others have its request id.
async function listAll(calls: readonly Call[], owner?: string): Promise<Sandbox[]> {
  const [first, ...others] = calls
  if (first === undefined) return []
  for (const { log } of others) log.note(`shared the list of request ${first.requestId}`, 'info')
  const call = { ...first, deadline: Math.max(...calls.map(({ deadline }) => deadline)) }
  const found: Sandbox[] = []
  for await (const instances of allPages((previous) => listSandboxes(call, { from: previous?.next, owner }))) {
    for (const instance of instances) found.push(toSandbox(instance, call.config))
  }
  return found
}

async function onePage(call: Call, request: DescribeRequest): Promise<DescribeResult> {
  const { MaxResults: maxResults, NextToken: from, Owner: owner } = request
  try {
    const page = await listSandboxes(call, { maxResults, from, owner })
    return { sandboxes: toSandboxes(call, request, page.sandboxes), NextToken: page.next }
  } catch (error) {
    // The cloud answers 400 to a token that it did not issue.
    throw from && error instanceof CloudError && error.details.status === 400 ? badNextToken(error) : error
  }
}

function toSandboxes({ config }: Call, request: DescribeRequest, instances: readonly Instance[]): Sandbox[] {
  return matching(
    request,
    instances.map((instance) => toSandbox(instance, config)),
  )
}

function matching({ Status, OsType, Owner }: DescribeRequest, sandboxes: readonly Sandbox[]): Sandbox[] {
  return sandboxes.filter((sandbox) => {
    const hasStatus = Status === undefined || sandbox.Status === Status
    const hasOsType = OsType === undefined || sandbox.OsType === OsType
    const hasOwner = Owner === undefined || sandbox.Owner === Owner
    return hasStatus && hasOsType && hasOwner
  })
}
