import type { Config } from '../config/schema.ts'
import { invalidParameter } from '../errors.ts'
import { type Call, describeInstance, describeInstances } from './cloud.ts'
import { CloudError } from './ecs/cloud-error.ts'
import { inOurWords } from './refusal.ts'
import { isSandbox, type Sandbox, tagged, toSandbox } from './sandbox.ts'

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
  NextToken?: string
}

/**
 * Lists sandboxes as the cloud has them now. A page may hold fewer than `MaxResults`, even none: only an empty
 * `NextToken` ends the list.
 * @throws {ActionError} `InvalidParameter.NextToken`, and what the cloud brings about
 */
export function describeSandboxes(call: Call, request: DescribeRequest): Promise<DescribeResult> {
  return inOurWords(async () => {
    const { SandboxId, MaxResults, NextToken } = request
    if (SandboxId === undefined && (MaxResults ?? NextToken) !== undefined) return onePage(call, request)
    const found = SandboxId === undefined ? await all(call, request) : await one(call, SandboxId)
    const sandboxes = found.filter((sandbox) => matches(sandbox, request))
    return (MaxResults ?? NextToken) === undefined ? { sandboxes } : { sandboxes, NextToken: '' }
  })
}

async function one(call: Call, sandboxId: string): Promise<Sandbox[]> {
  const instance = await describeInstance(call, sandboxId)
  return instance && isSandbox(instance, call.config) ? [toSandbox(instance)] : []
}

const PAGE_SIZE = 100

// A tag filter shows at most this many instances (ECS documentation, DescribeInstances). From there on the whole
// account, or the whole project, is listed and the sandboxes are picked here.
const TAG_FILTER_LIMIT = 1_000

// Remembered while the process lives, so that only its first large listing reads a page in vain.
const large = new WeakSet<Config>()

async function all(call: Call, request: DescribeRequest): Promise<Sandbox[]> {
  const { config } = call
  const found = new Map<string, Sandbox>()
  let wide = large.has(config)
  let token: string | undefined
  for (;;) {
    const page = await readPage(call, request, { wide, token, size: PAGE_SIZE })
    if (!wide && isCutOff(page.total, found.size + page.sandboxes.length)) {
      large.add(config)
      wide = true
      token = undefined
      continue
    }
    for (const sandbox of page.sandboxes) found.set(sandbox.SandboxId, sandbox)
    token = page.next
    if (token === undefined) break
  }
  if (wide && request.Status === undefined && found.size < TAG_FILTER_LIMIT / 2) large.delete(config)
  return [...found.values()]
}

async function onePage(call: Call, request: DescribeRequest): Promise<DescribeResult> {
  const { config } = call
  const size = request.MaxResults ?? PAGE_SIZE
  const cursor =
    request.NextToken === undefined ? { wide: large.has(config), token: undefined } : decode(request.NextToken)
  const read = (wide: boolean, token: string | undefined) => readPage(call, request, { wide, token, size })

  let { wide } = cursor
  let page = await read(wide, cursor.token).catch((error) => {
    const refused =
      error instanceof CloudError && error.kind === 'refused' && /^Invalid|NextToken/.test(error.details.code ?? '')
    throw refused && request.NextToken !== undefined ? badNextToken(error) : error
  })
  if (!wide && cursor.token === undefined && isCutOff(page.total, page.sandboxes.length)) {
    large.add(config)
    wide = true
    page = await read(wide, undefined)
  }
  const sandboxes = page.sandboxes.filter((sandbox) => matches(sandbox, request))
  return { sandboxes, NextToken: page.next === undefined ? '' : encode(wide, page.next) }
}

const isCutOff = (total: number | undefined, seen: number) => (total ?? seen) >= TAG_FILTER_LIMIT

interface PageRequest {
  /** Lists every instance of the project or account, not only what the tag filter shows. */
  wide: boolean
  token: string | undefined
  size: number
}

async function readPage(call: Call, { Status }: DescribeRequest, { wide, token, size }: PageRequest) {
  const { TagFilters, ProjectName } = tagged(call.config)
  const { Instances, NextToken, TotalCount } = await describeInstances(call, {
    ...(wide ? { ProjectName } : { TagFilters, ProjectName }),
    Status,
    MaxResults: size,
    NextToken: token,
  })
  return {
    sandboxes: Instances.filter((instance) => isSandbox(instance, call.config)).map(toSandbox),
    next: NextToken || undefined,
    total: TotalCount ?? undefined,
  }
}

function matches(sandbox: Sandbox, { Status, OsType }: DescribeRequest): boolean {
  return (Status === undefined || sandbox.Status === Status) && (OsType === undefined || sandbox.OsType === OsType)
}

// The cloud's token goes on only with the listing that it came from, so ours carries which one that was.
const encode = (wide: boolean, token: string) => `${wide ? 'w' : 't'}${Buffer.from(token).toString('base64url')}`

function decode(token: string): { wide: boolean; token: string } {
  if (!/^[wt][\w-]+$/.test(token)) throw badNextToken()
  return { wide: token.startsWith('w'), token: Buffer.from(token.slice(1), 'base64url').toString('utf8') }
}

const badNextToken = (cause?: unknown) =>
  invalidParameter('NextToken', 'must be the NextToken of the page before, with the same filters', cause)
