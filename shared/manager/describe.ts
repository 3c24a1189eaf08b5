import type { Config } from '../config/schema.ts'
import { invalidParameter } from '../errors.ts'
import type { Call } from './cloud.ts'
import { CloudError } from './ecs/cloud-error.ts'
import { describeInstances, type Instance } from './instances.ts'
import { inOurWords } from './refusal.ts'
import { findSandbox, isSandbox, type Sandbox, tagged, toSandbox } from './sandbox.ts'

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
    if (paged) return onePage(call, request).catch((error) => blameNextToken(error, request))
    // While it is listed, what exists changes: a sandbox may be seen on two pages.
    const found = new Map<string, Sandbox>()
    let NextToken: string | undefined
    do {
      const page = await onePage(call, { ...request, NextToken })
      for (const sandbox of page.sandboxes) found.set(sandbox.SandboxId, sandbox)
      NextToken = page.NextToken
    } while (NextToken)
    return { sandboxes: [...found.values()] }
  })
}

// A tag filter shows at most this many instances (ECS documentation, DescribeInstances). From there on the whole
// account, or the whole project, is listed and the sandboxes are picked here.
const TAG_FILTER_LIMIT = 1_000

// Remembered while the process lives, so that only its first large listing reads a page in vain.
const large = new WeakSet<Config>()

async function onePage(call: Call, request: DescribeRequest): Promise<DescribeResult> {
  const { config } = call
  const { MaxResults = 100, NextToken } = request
  const [wide, token] = NextToken === undefined ? [large.has(config)] : decode(NextToken)
  const { TagFilters, ProjectName } = tagged(config)
  const filter = wide ? { ProjectName } : { TagFilters, ProjectName }
  const page = await describeInstances(call, { ...filter, MaxResults, NextToken: token })
  if (!wide && token === undefined && page.total >= TAG_FILTER_LIMIT) {
    large.add(config)
    return onePage(call, request)
  }
  if (wide && page.total < TAG_FILTER_LIMIT) large.delete(config)
  return { sandboxes: toSandboxes(call, request, page.instances), NextToken: page.next ? encode(wide, page.next) : '' }
}

function toSandboxes({ config }: Call, { Status, OsType }: DescribeRequest, instances: readonly Instance[]): Sandbox[] {
  return instances
    .filter((instance) => isSandbox(instance, config))
    .filter(({ status, osType }) => (Status ?? status) === status && (OsType ?? osType) === osType)
    .map(toSandbox)
}

// The cloud's token goes on only with the listing that it came from, so ours carries which one that was.
const encode = (wide: boolean, token: string) => `${wide ? 'w' : 't'}${Buffer.from(token).toString('base64url')}`

function decode(token: string): [wide: boolean, token: string] {
  const wide = token.startsWith('w')
  const inner = Buffer.from(token.slice(1), 'base64url').toString()
  if (inner === '' || encode(wide, inner) !== token) throw badNextToken()
  return [wide, inner]
}

function blameNextToken(error: unknown, { NextToken }: DescribeRequest): never {
  throw NextToken && error instanceof CloudError && error.details.status === 400 ? badNextToken(error) : error
}

const badNextToken = (cause?: unknown) =>
  invalidParameter('NextToken', 'must be the NextToken of the page before, with the same filters', cause)
