import type { Call } from '../ecs/call.ts'
import { CloudError } from '../ecs/cloud-error.ts'
import type { Instance } from '../ecs/instances.ts'
import type { Pace } from '../ecs/pacer.ts'
import { describeError } from '../ecs/translate-errors.ts'
import { type CleanupStep, cleanupStep } from './cleanup-step.ts'
import type { ExpiredToken } from './expired-tokens.ts'
import { hasUnreadableEnd } from './lifetime.ts'
import { allPages, listSandboxes, type Page } from './listing.ts'
import { expiredTokens } from './vnc-token.ts'

/** A sandbox that the clean-up has to stop or delete. */
export interface Candidate extends CleanupStep {
  id: string
  /** Its status changes soon, and the cloud may refuse to stop or delete it until then. */
  isChanging: boolean
  /** Why the clean-up does not ask the cloud for it; undefined for most. */
  obstacle: string | undefined
}

export interface ScanResult {
  scanned: number
  candidates: Candidate[]
  tokens: ExpiredToken[]
  /** Sandboxes whose end tag is not a valid time. They count as having no end. */
  unreadable: { id: string }[]
  /** Why the scan did not cover all sandboxes. */
  problem?: string
}

/**
 * Finds the sandboxes to stop or delete, with one call to the cloud for each page of 100 instances. If the listing
 * fails or is not complete in time, it returns what it has found so far.
 * @param until  milliseconds since 1970
 */
export async function scan(call: Call, pace: Pace, until: number): Promise<ScanResult> {
  const found: ScanResult = { scanned: 0, candidates: [], tokens: [], unreadable: [] }
  let isInTime = true
  const readInTime = async (previous?: Page) => {
    isInTime = Date.now() <= until && (await pace('DescribeInstances'))
    return isInTime ? readPage(call, previous) : undefined
  }
  try {
    for await (const instances of allPages(readInTime)) {
      found.scanned += instances.length
      for (const instance of instances) inspect(call, instance, found)
    }
    if (!isInTime) found.problem = `the listing was not done in time: ${found.scanned} sandboxes were looked at`
  } catch (error) {
    if (!(error instanceof CloudError)) throw error
    found.problem = `the listing broke off (${error.details.code ?? error.kind}): ${describeError(error)}`
  }
  return found
}

// The listing starts without the tag filter, because with 1,000 sandboxes or more a filtered page would be wasted. If
// most machines on the first page are not sandboxes, the filter saves more pages than that one.
async function readPage(call: Call, previous?: Page): Promise<Page> {
  if (previous) return listSandboxes(call, { from: previous.next })
  const first = await listSandboxes(call, { wide: true })
  return first.next && first.sandboxes.length * 2 < first.read ? listSandboxes(call, {}) : first
}

// Not DELETING: the clean-up does not ask the cloud for those.
const CHANGING = ['CREATING', 'STARTING', 'STOPPING', 'REBOOTING', 'REBUILDING', 'RESIZING']

function inspect({ config }: Call, instance: Instance, { candidates, tokens, unreadable }: ScanResult): void {
  const { id, status } = instance
  if (hasUnreadableEnd(instance)) unreadable.push({ id })
  const step = cleanupStep(instance, config)
  if (step) {
    const isChanging = CHANGING.includes(status)
    candidates.push({ id, ...step, isChanging, obstacle: obstacleOf(instance, step) })
  } else if (status !== 'DELETING') {
    tokens.push(...expiredTokens(instance, config))
  }
}

function obstacleOf({ status, isProtected }: Instance, { action }: CleanupStep): string | undefined {
  if (status === 'DELETING') return status
  return isProtected && action === 'delete' ? 'DeletionProtection' : undefined
}
