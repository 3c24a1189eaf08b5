import type { Config } from '../../config/schema.ts'
import { invalidParameter } from '../../errors.ts'
import type { Call } from '../ecs/call.ts'
import { CloudError } from '../ecs/cloud-error.ts'
import { describeInstances, type Instance } from '../ecs/instances.ts'
import { isSandbox, tagged } from './sandbox.ts'

/** One page of the sandboxes. It may hold fewer than were asked for, even none: only `next` tells whether it is the last. */
export interface Page {
  sandboxes: Instance[]
  /** How many instances the cloud put on this page, sandboxes or not. */
  read: number
  /** How many there are on all pages, as the cloud counts them. */
  total: number
  /** Where the next page begins; empty on the last one. */
  next: string
}

export interface Position {
  /** 1 to 100, the default. */
  maxResults?: number | undefined
  /** `next` of the page before. */
  from?: string | undefined
  /** Begin with the whole account, or project, and without the tag filter. */
  wide?: boolean
}

// The largest page of DescribeInstances.
const PAGE_SIZE = 100

// A tag filter shows at most this many instances (ECS documentation, DescribeInstances). From there on the whole
// account, or the whole project, is listed and the sandboxes are picked here.
const TAG_FILTER_LIMIT = 1_000

// Remembered while the process lives, so that only its first large listing reads a page in vain.
const large = new WeakSet<Config>()

/**
 * Reads one page of the sandboxes, with one call to the cloud; two where the tag filter proves too narrow.
 * @throws {CloudError}
 * @throws {ActionError} `InvalidParameter.NextToken` for a `from` that is none
 */
export async function listSandboxes(
  call: Call,
  { maxResults = PAGE_SIZE, from, wide = false }: Position,
): Promise<Page> {
  const { config } = call
  const [isWide, token] = from === undefined ? [wide || large.has(config)] : decode(from)
  const { TagFilters, ProjectName } = tagged(config)
  const filter = isWide ? { ProjectName } : { TagFilters, ProjectName }
  const page = await describeInstances(call, { ...filter, MaxResults: maxResults, NextToken: token })
  if (!isWide && token === undefined && page.total >= TAG_FILTER_LIMIT) {
    large.add(config)
    return listSandboxes(call, { maxResults })
  }
  if (isWide && page.total < TAG_FILTER_LIMIT) large.delete(config)
  return {
    sandboxes: page.instances.filter((instance) => isSandbox(instance, config)),
    read: page.instances.length,
    total: page.total,
    next: page.next ? encode(isWide, page.next) : '',
  }
}

/**
 * Returns a check of the pages of one listing, in their order. A cloud that leads in a circle, or to ever more pages, must not
 * keep it busy until the deadline.
 * @throws {CloudError} from the check: `unreadable`, where the page leads to one that was read, or where there are more than
 *   twice as many pages as the instances need
 */
export function pageCheck(): (page: Page) => void {
  const seen = new Set<string>()
  return ({ next, total }) => {
    // Pages need not be full, and a few instances may be created meanwhile.
    if (seen.has(next) || seen.size > 2 * (total / PAGE_SIZE) + 10) {
      throw new CloudError('DescribeInstances', 'unreadable', 'Its pages have no end.')
    }
    seen.add(next)
  }
}

// The cloud's token goes on only with the listing that it came from, so ours carries which one that was.
const encode = (wide: boolean, token: string) => `${wide ? 'w' : 't'}${Buffer.from(token).toString('base64url')}`

function decode(from: string): [wide: boolean, token: string] {
  const wide = from.startsWith('w')
  const token = Buffer.from(from.slice(1), 'base64url').toString()
  if (token === '' || encode(wide, token) !== from) throw badNextToken()
  return [wide, token]
}

/** What a caller is told whose NextToken is not one that it was given. */
export const badNextToken = (cause?: unknown) =>
  invalidParameter('NextToken', 'must be the NextToken of the page before', cause)
