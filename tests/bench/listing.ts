import { eventFor, resultOf, sandboxTags, startEmulator, startFunction } from './cloud.ts'
import { median } from './statistics.ts'
import type { Report } from './table.ts'

const SANDBOXES = 5_000
const PAGES = SANDBOXES / 100
const MEMORY_MB = 100
const PROCESSES = 5
const LISTINGS = 5

/** All of 5,000 sandboxes in one answer: calls to the cloud and memory, in fresh processes. */
export async function measureListing(): Promise<Report> {
  const emulator = startEmulator({ seed: { count: SANDBOXES, tags: sandboxTags } })
  const url = await emulator.ask('url')
  const event = eventFor('DescribeSandboxes')
  const size = await sizeOfWhole(url)
  const first: Listing[] = []
  const later: Listing[] = []
  const node: number[] = []
  for (let process = 0; process < PROCESSES; process++) {
    const program = await startFunction('DescribeSandboxes', url)
    for (let listing = 0; listing < LISTINGS; listing++) {
      await emulator.ask('newCalls')
      const listed = await program.ask('size', event)
      if (listed !== size) throw new Error(`a listing has ${listed} characters, not ${size}`)
      const { length: calls } = await emulator.ask('newCalls')
      const memory = await program.ask('memory')
      if (listing === 0) {
        first.push({ calls, peak: memory.peak })
        node.push(memory.node)
      }
      if (listing === LISTINGS - 1) later.push({ calls, peak: memory.peak })
    }
    program.stop()
  }
  emulator.stop()

  const rows = [
    { what: 'first listing', listings: first },
    { what: `listing ${LISTINGS}`, listings: later },
  ].flatMap(({ what, listings }) => {
    const calls = Math.max(...listings.map((listing) => listing.calls))
    const peak = median(listings.map((listing) => listing.peak)) / 1e6
    const empty = median(node) / 1e6
    return [
      {
        what: `5,000 sandboxes, ${what} of a process`,
        measured: `${calls} cloud calls`,
        comparedWith: `${PAGES} pages`,
        outcome: `${calls > PAGES ? '+' : ''}${calls - PAGES}`,
        reach: 'no more calls than pages',
        met: calls <= PAGES,
      },
      {
        what: `5,000 sandboxes, ${what} of a process`,
        measured: `${peak.toFixed(0)} MB at its peak`,
        comparedWith: `${empty.toFixed(0)} MB, Node.js alone`,
        outcome: `+${(peak - empty).toFixed(0)} MB`,
        reach: `under ${MEMORY_MB} MB`,
        met: peak < MEMORY_MB,
      },
    ]
  })
  const notes = [
    `5,000 sandboxes: ${PROCESSES} fresh processes list all of them ${LISTINGS} times each; calls are the most of any process, memory is the median of the`,
    'peak resident memory since the process began, code and stacks included (MB = 1,000,000 bytes). Node.js alone is the same process before',
    'it loads the function. No limit of memory is set, so garbage is collected when V8 sees fit.',
  ]
  return { rows, notes }
}

/** How long the answer is that holds every sandbox; found out in a process that is not measured. */
async function sizeOfWhole(url: string): Promise<number> {
  const program = await startFunction('DescribeSandboxes', url)
  const { replies } = await program.ask('run', { events: [eventFor('DescribeSandboxes')] })
  program.stop()
  const ids = new Set(replies.flatMap(resultOf).map(({ SandboxId }) => SandboxId))
  if (ids.size !== SANDBOXES) throw new Error(`${ids.size} sandboxes were listed, not ${SANDBOXES}`)
  return replies[0]?.body.length ?? 0
}

interface Listing {
  calls: number
  /** Bytes. */
  peak: number
}
