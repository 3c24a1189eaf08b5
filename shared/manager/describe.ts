import type { Call } from './cloud.ts'
import { CloudError } from './ecs/cloud-error.ts'
import type { Instance } from './instances.ts'
import { badNextToken, listSandboxes } from './listing.ts'
import { inOurWords } from './refusal.ts'
import { findSandbox, type Sandbox, toSandbox } from './sandbox.ts'

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
  return inOurWords(async () => {
    const paged = (request.MaxResults ?? request.NextToken) !== undefined
    if (request.SandboxId !== undefined) {
      const instance = await findSandbox(call, request.SandboxId)
      return { sandboxes: toSandboxes(call, request, instance ? [instance] : []), NextToken: paged ? '' : undefined }
    }
    if (paged) return onePage(call, request)
    // While it is listed, what exists changes: a sandbox may be seen on two pages.
    const found = new Map<string, Sandbox>()
    let from: string | undefined
    do {
      const page = await listSandboxes(call, { from })
      for (const sandbox of toSandboxes(call, request, page.sandboxes)) found.set(sandbox.SandboxId, sandbox)
      from = page.next
    } while (from)
    return { sandboxes: [...found.values()] }
  })
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

function toSandboxes({ config }: Call, { Status, OsType }: DescribeRequest, instances: readonly Instance[]): Sandbox[] {
  return instances
    .filter(({ status, osType }) => (Status ?? status) === status && (OsType ?? osType) === osType)
    .map((instance) => toSandbox(instance, config))
}
