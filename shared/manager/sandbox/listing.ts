import type { Config } from '../../config/schema.ts'
import { invalidParameter } from '../../errors.ts'
import type { Call } from '../ecs/call.ts'
import { CloudError } from '../ecs/cloud-error.ts'
import { describeInstances, type Instance } from '../ecs/instances.ts'
import { ownerOf, visibleOwner } from './owner.ts'
import { isSandbox, sandboxFilter } from './sandbox.ts'

/** One page of sandboxes. It may have fewer than `maxResults`, even none: only an empty `next` means the last page. */
export interface Page {
  sandboxes: Instance[]
  /** Number of instances on this page, including those that are not sandboxes. */
  read: number
  /** Number of instances on all pages, by the cloud's count. */
  total: number
  /** Token of the next page; empty on the last one. */
  next: string
}

export interface Position {
  /** 1 to 100; default 100. */
  maxResults?: number | undefined
  /** `next` of the page before. */
  from?: string | undefined
  /** Start without the tag filter: list the whole account or project. */
  wide?: boolean
  /** Only sandboxes of this owner; undefined: all that the caller sees. */
  owner?: string | undefined
}

// The maximum page size of DescribeInstances.
const PAGE_SIZE = 100

// 100,000 instances, more than an account has.
const MAX_PAGES = 1_000

// A tag filter shows at most 1,000 instances (ECS documentation, DescribeInstances). With that many, list the whole
// account or project and select the sandboxes here.
const TAG_FILTER_LIMIT = 1_000

// The owners with 1,000 sandboxes or more, and undefined if all owners have them together: only the first listing of a
// process wastes a filtered page.
const large = new WeakMap<Config, Set<string | undefined>>()

/**
 * Reads one page of sandboxes with one call to the cloud, or two if there are too many for the tag filter.
 * @throws {CloudError}
 * @throws {ActionError} `InvalidParameter.NextToken` if `from` is not the `next` of a page
 */
export async function listSandboxes(
  call: Call,
  { maxResults = PAGE_SIZE, from, wide = false, owner = visibleOwner(call.caller) }: Position,
): Promise<Page> {
  const { config } = call
  const largeOwners = large.get(config) ?? new Set()
  const [isWide, token] = from === undefined ? [wide || largeOwners.has(owner)] : decode(from)
  const { TagFilters, ProjectName } = sandboxFilter(config, owner)
  const filter = isWide ? { ProjectName } : { TagFilters, ProjectName }
  const page = await describeInstances(call, { ...filter, MaxResults: maxResults, NextToken: token })
  if (!isWide && token === undefined && page.total >= TAG_FILTER_LIMIT) {
    large.set(config, largeOwners.add(owner))
    return listSandboxes(call, { maxResults, owner })
  }
  if (isWide && page.total < TAG_FILTER_LIMIT) largeOwners.delete(owner)
  return {
    sandboxes: page.instances.filter(
      (instance) => isSandbox(instance, call) && (owner === undefined || ownerOf(instance) === owner),
    ),
    read: page.instances.length,
    total: page.total,
    next: page.next ? encode(isWide, page.next) : '',
  }
}

/**
 * Yields the sandboxes of all pages, each sandbox once: instances come and go during the listing, so one may be on two
 * pages.
 * @param read  reads the page after the previous one; the first call has none. Undefined ends the listing.
 * @throws {CloudError} as `read`; `unreadable` if the pages repeat or have no end, which would take until the deadline
 */
export async function* allPages(read: (previous?: Page) => Promise<Page | undefined>): AsyncGenerator<Instance[]> {
  const tokens = new Set<string>()
  const ids = new Set<string>()
  let page = await read()
  while (page) {
    const { next, total, sandboxes } = page
    // Pages need not be full, and the number of instances may grow during the listing.
    if (tokens.has(next) || tokens.size > Math.min(2 * (total / PAGE_SIZE) + 10, MAX_PAGES)) {
      throw new CloudError('DescribeInstances', 'unreadable', 'Its pages have no end.')
    }
    tokens.add(next)
    const unseen: Instance[] = []
    for (const instance of sandboxes) {
      if (!ids.has(instance.id)) unseen.push(instance)
      ids.add(instance.id)
    }
    yield unseen
    page = next ? await read(page) : undefined
  }
}

// A token of the cloud is valid only with the filter of its listing, so the first letter of our token says which it
// was.
const encode = (wide: boolean, token: string) => `${wide ? 'w' : 't'}${Buffer.from(token).toString('base64url')}`

function decode(from: string): [wide: boolean, token: string] {
  const wide = from.startsWith('w')
  const token = Buffer.from(from.slice(1), 'base64url').toString()
  if (token === '' || encode(wide, token) !== from) throw badNextToken()
  return [wide, token]
}

/** 400: the NextToken does not come from a page. */
export const badNextToken = (cause?: unknown) =>
  invalidParameter('NextToken', 'must be the NextToken of the page before', cause)
