import { eventFor, sandboxTags, startEmulator, startFunction } from './cloud.ts'
import type { Report, Row } from './table.ts'

/** So many requests one instance of a function serves at a time: `maxConcurrency` of serverless.yml. */
const LISTS = 100

/** What Node.js allows itself for objects in an instance of 512 MB, `memorySize` of serverless.yml. */
const HEAP_MB = 256

/** Of a sandbox with an end, as the most have. */
const tags = { ...sandboxTags, 'ecs-manager:expire-at': '2099-12-31T23:59:59Z' }

const CASES = [
  { sandboxes: 2_000, memoryMb: 200 },
  { sandboxes: 5_000, memoryMb: 300 },
]

/** A hundred lists of all sandboxes at once in one process: its memory and its calls to the cloud. */
export async function measureConcurrentListings(): Promise<Report> {
  const rows: Row[] = []
  for (const { sandboxes, memoryMb } of CASES) rows.push(...(await measure(sandboxes, memoryMb)))
  const notes = [
    `${LISTS} lists at once: one fresh process with --max-old-space-size=${HEAP_MB}; memory is the peak of its resident memory,`,
    'all bodies kept until the last one is there. A listing costs a call for each page of 100, and one more as long as the process',
    'does not know that there are more than 1,000 sandboxes.',
  ]
  return { rows, notes }
}

async function measure(sandboxes: number, memoryMb: number): Promise<Row[]> {
  const emulator = startEmulator({ seed: { count: sandboxes, tags } })
  const program = await startFunction('DescribeSandboxes', await emulator.ask('url'), HEAP_MB)
  await emulator.ask('newCalls')
  const sizes = await program.ask('sizes', { event: eventFor('DescribeSandboxes'), count: LISTS })
  if (sizes.some((size) => size < sandboxes * 100)) throw new Error('a list is not whole')
  const { length: calls } = await emulator.ask('newCalls')
  const { peak, node } = await program.ask('memory')
  program.stop()
  emulator.stop()

  const what = `${sandboxes.toLocaleString('en')} sandboxes, ${LISTS} lists at once`
  const pages = sandboxes / 100
  return [
    {
      what,
      measured: `${calls} cloud calls`,
      comparedWith: `${pages} pages`,
      outcome: `${(calls / pages).toFixed(1)} listings`,
      reach: 'at most 2 listings',
      met: calls <= 2 * (pages + 1),
    },
    {
      what,
      measured: `${(peak / 1e6).toFixed(0)} MB at its peak`,
      comparedWith: `${(node / 1e6).toFixed(0)} MB, Node.js alone`,
      outcome: `+${((peak - node) / 1e6).toFixed(0)} MB`,
      reach: `under ${memoryMb} MB`,
      met: peak < memoryMb * 1e6,
    },
  ]
}
