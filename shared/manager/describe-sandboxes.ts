import type { Config } from '../config/schema.ts'
import type { Call } from './ecs/call.ts'
import { CloudError } from './ecs/cloud-error.ts'
import type { Instance } from './ecs/instances.ts'
import { share } from './ecs/share.ts'
import { translateErrors } from './ecs/translate-errors.ts'
import { badNextToken, listSandboxes, pageCheck } from './sandbox/listing.ts'
import { findSandbox, type Sandbox, toSandbox } from './sandbox/sandbox.ts'

/** Which sandboxes to list. With `MaxResults` or `NextToken` one page, else all. */
export interface DescribeRequest {
  SandboxId?: string | undefined
  Status?: string | undefined
  OsType?: 'Linux' | 'Windows' | undefined
  /** 1 to 100; 100 where only NextToken is given. */
  MaxResults?: number | undefined
  /** From the page before. */
  NextToken?: string | undefined
}

export interface DescribeResult {
  sandboxes: Sandbox[]
  /** Of the next page; empty on the last one; absent where all are listed. */
  NextToken?: string | undefined
}

/**
 * Lists sandboxes as the cloud has them now. A page may hold fewer than `MaxResults`, even none: only an empty
 * `NextToken` ends the list.
 * @throws {ActionError} `InvalidParameter.NextToken`, and what the cloud brings about
 */
export function describeSandboxes(call: Call, request: DescribeRequest): Promise<DescribeResult> {
  return translateErrors(async () => {
    const paged = (request.MaxResults ?? request.NextToken) !== undefined
    if (request.SandboxId !== undefined) {
      const instance = await findSandbox(call, request.SandboxId)
      return { sandboxes: toSandboxes(call, request, instance ? [instance] : []), NextToken: paged ? '' : undefined }
    }
    if (paged) return onePage(call, request)
    return { sandboxes: matching(request, await sharedList(call)) }
  })
}

// A hundred lists at once would take a hundred times the memory, and the rate limit of ECS.
const lists = new WeakMap<Config, (call: Call) => Promise<Sandbox[]>>()

/** All sandboxes, as the cloud has them after this was called. */
function sharedList(call: Call): Promise<Sandbox[]> {
  let list = lists.get(call.config)
  if (list === undefined) {
    list = share(listAll)
    lists.set(call.config, list)
  }
  return list(call)
}

// The log of the first of them has the calls to the cloud, those of the others its request id.
async function listAll(calls: readonly Call[]): Promise<Sandbox[]> {
  const [first, ...others] = calls
  if (first === undefined) return []
  for (const { log } of others) log.note(`shared the list of request ${first.requestId}`, 'info')
  const call = { ...first, deadline: Math.max(...calls.map(({ deadline }) => deadline)) }
  // While it is listed, what exists changes: a sandbox may be seen on two pages.
  const found = new Map<string, Sandbox>()
  const check = pageCheck()
  let from: string | undefined
  do {
    const page = await listSandboxes(call, { from })
    check(page)
    for (const instance of page.sandboxes) found.set(instance.id, toSandbox(instance, call.config))
    from = page.next
  } while (from)
  return [...found.values()]
}

async function onePage(call: Call, request: DescribeRequest): Promise<DescribeResult> {
  const { MaxResults: maxResults, NextToken: from } = request
  try {
    const page = await listSandboxes(call, { maxResults, from })
    return { sandboxes: toSandboxes(call, request, page.sandboxes), NextToken: page.next }
  } catch (error) {
    // The cloud refuses a token that is not one of its own.
    throw from && error instanceof CloudError && error.details.status === 400 ? badNextToken(error) : error
  }
}

function toSandboxes({ config }: Call, request: DescribeRequest, instances: readonly Instance[]): Sandbox[] {
  return matching(
    request,
    instances.map((instance) => toSandbox(instance, config)),
  )
}

function matching({ Status, OsType }: DescribeRequest, sandboxes: readonly Sandbox[]): Sandbox[] {
  return sandboxes.filter((sandbox) => {
    return (Status ?? sandbox.Status) === sandbox.Status && (OsType ?? sandbox.OsType) === sandbox.OsType
  })
}
