import { CloudError } from '../cloud/cloud-error.ts'
import { type ReleaseStatus, type RevisionItem, stableRevision } from '../observe/functions.ts'
import type { Work } from './step.ts'
import { until } from './until.ts'

/** Tools of VolcEngine wait 10 to 15 minutes. */
const MOST_SECONDS = 15 * 60

/** A release did not succeed. */
export class ReleaseError extends Error {
  override name = 'ReleaseError'
}

/**
 * Publishes the latest code and settings of a function to all its traffic, unless what serves is right already. One that
 * is in progress is waited for first: it may be the one whose answer was lost.
 * @throws CloudError, ReleaseError
 */
export async function release(
  work: Work,
  name: string,
  FunctionId: string,
  isRight: (stable: RevisionItem | undefined) => boolean,
): Promise<void> {
  const { client } = work
  for (;;) {
    const before = await settled(work, name, FunctionId)
    if (isRight(await stableRevision(client, FunctionId, before))) return
    if (await begin(work, FunctionId)) break
  }
  const { Status, ErrorCode, StatusMessage, FailedInstanceLogs } = await settled(work, name, FunctionId)
  if (Status !== 'failed') return
  throw new ReleaseError(
    [
      `the release failed: ${[ErrorCode, StatusMessage].filter(Boolean).join(': ') || 'no reason is given'}`,
      ...(await logLines(FailedInstanceLogs)),
    ].join('\n'),
  )
}

/** False when another one is in the way. An answer that was lost leaves open whether there is one: the next look tells. */
async function begin({ client }: Work, FunctionId: string): Promise<boolean> {
  try {
    // 0 stands for the latest code.
    const body = { FunctionId, RevisionNumber: 0, TargetTrafficWeight: 100, RollingStep: 100 }
    await client.call('vefaas', 'Release', body)
    return true
  } catch (error) {
    if (error instanceof CloudError && (error.isConflict || error.passing)) return false
    throw error
  }
}

async function settled(work: Work, name: string, FunctionId: string): Promise<ReleaseStatus> {
  return until<ReleaseStatus>(work, `release of ${name}`, MOST_SECONDS, async () => {
    const status = await work.client.call<ReleaseStatus>('vefaas', 'GetReleaseStatus', { FunctionId })
    const { Status = '', CurrentTrafficWeight, TargetTrafficWeight = 100 } = status
    if (!/inprogress|rolling/.test(Status)) return status
    if (TargetTrafficWeight < 100 && CurrentTrafficWeight === TargetTrafficWeight) {
      throw new ReleaseError(
        `somebody has released a part of the traffic (${TargetTrafficWeight} %) to a new revision: finish or abort that release in the console first`,
      )
    }
    return `in progress (${CurrentTrafficWeight ?? 0} %)`
  })
}

/** The end of the log of the instance that did not start; nothing when it cannot be had. */
async function logLines(url: string | undefined): Promise<string[]> {
  if (!url) return []
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) })
    const lines = (await response.text()).trimEnd().split('\n')
    return response.ok ? ['the last lines of its log:', ...lines.slice(-20).map((line) => `  ${line}`)] : []
  } catch {
    return []
  }
}
