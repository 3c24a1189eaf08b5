import { expect, test } from 'vitest'
import type { Client } from '../cloud/client.ts'
import { releaseRevision } from './release.ts'
import { Ids } from './step.ts'

type Status = { Status?: string; ReleaseRecordId?: string; StableRevisionNumber?: number }

const before: Status = { Status: 'done', ReleaseRecordId: 'r1', StableRevisionNumber: 1 }
const done: Status = { Status: 'done', ReleaseRecordId: 'r2', StableRevisionNumber: 2 }

/** Runs a release whose status is first `first`, then each of `statuses`; the last one remains. */
async function releaseWith(first: Status, ...statuses: [Status, ...Status[]]) {
  const released: unknown[] = []
  let looks = 0
  const client = {
    call: async (_service: string, action: string, body: { RevisionNumber: number }) => {
      if (action === 'GetRevision') return { RevisionNumber: body.RevisionNumber }
      if (action === 'Release') return released.push(body.RevisionNumber)
      return released.length === 0 ? first : statuses[Math.min(looks++, statuses.length - 1)]
    },
  } as unknown as Client
  const waited: string[] = []
  const work = {
    client,
    ids: new Ids(),
    pollMs: 1,
    waiting: (what: string) => waited.push(what.replace(/, \d+ s$/, '')),
  }
  const outcome = await releaseRevision(work, 'hello', 'f1', (stable) => stable?.RevisionNumber === 2, 2).then(
    () => 'released',
    (error: Error) => error.message,
  )
  return { outcome, released, waited }
}

const waiting = (...what: string[]) => what.map((one) => `release of hello: ${one}`)

test.each<[what: string, first: Status, statuses: [Status, ...Status[]], waited: string[]]>([
  ['is pending first', { Status: 'pending' }, [{ Status: 'pending' }, done], ['pending']],
  ['is that of the release before', before, [before, done], ['done']],
  ['is the failure before', { ...before, Status: 'failed' }, [{ ...before, Status: 'failed' }, done], ['failed']],
  ['has a word nobody knows', before, [{ Status: 'warming' }, {}, done], ['warming', 'without a status']],
  [
    'is done before its revision is visible',
    before,
    [{ ...done, StableRevisionNumber: 1 }, done],
    ['done, but its revision is not visible yet'],
  ],
])('waits for a release whose status %s', async (_what, first, statuses, waited) => {
  expect(await releaseWith(first, ...statuses)).toEqual({
    outcome: 'released',
    released: [2],
    waited: waiting(...waited),
  })
})

test('a release after which another revision serves has failed', async () => {
  const { outcome } = await releaseWith(before, { ...done, StableRevisionNumber: 3 })
  expect(outcome).toMatch(/^the release is done, but revision 3 serves, which is another one: .*run the command again$/)
})

test('a release that fails is reported with its reason and the revision that still serves', async () => {
  const failed = { ...done, Status: 'failed', ErrorCode: 'c', StatusMessage: 'm', StableRevisionNumber: 1 }
  expect((await releaseWith(before, failed)).outcome).toBe('the release failed: c: m\nrevision 1 still serves')
})

test('a revision that serves is not released again', async () => {
  expect(await releaseWith(done, done)).toEqual({ outcome: 'released', released: [], waited: [] })
})
