import { setTimeout as sleep } from 'node:timers/promises'
import { environmentFor, sandboxTags, startBundle, startEmulator } from './cloud.ts'
import { progress } from './progress.ts'
import type { Report } from './table.ts'

const SANDBOXES = 20_000
const EXPIRED = 5_000
const PAGES = SANDBOXES / 100
const BATCHES = EXPIRED / 100
const RUN_SECONDS = 60
const MEMORY_MB = 150

// What config.toml as shipped keeps to; the emulated ECS throttles what goes beyond.
const RATE = { perSecond: 4, burst: 10 }

/** 20,000 sandboxes of which 5,000 are past their end: one run after another of a function with 60 seconds. */
export async function measureCleanup(): Promise<Report> {
  const tags = (end: string) => ({ ...sandboxTags, 'ecs-manager:expire-at': end })
  const emulator = startEmulator({
    latencyMs: 20,
    rateLimit: RATE,
    seed: [
      { count: SANDBOXES - EXPIRED, tags: tags('2099-01-01T00:00:00Z') },
      { count: EXPIRED, tags: tags('2026-01-01T00:00:00Z') },
    ],
  })
  const env = {
    ...environmentFor(await emulator.ask('url')),
    ECS_MANAGER__LIFETIME__MAX_DELETIONS_PER_RUN: String(EXPIRED),
    _FAAS_FUNC_TIMEOUT: String(RUN_SECONDS),
  }
  const runs: Run[] = []
  for (let deleted = 0; deleted < EXPIRED && runs.length < 10; ) {
    progress(`clean-up, run ${runs.length + 1}, ${deleted} of ${EXPIRED} deleted`)
    // As a timer finds it after minutes without a call: a process of its own.
    const program = await startBundle('cleanup-sandboxes', env)
    await emulator.ask('newCalls')
    const { replies } = await program.ask('run', { events: [timerEvent] })
    const { Scanned, Deleted, Failed, DurationMs } = JSON.parse(replies[0]?.body ?? '')
    if (Failed > 0) throw new Error(`${Failed} sandboxes could not be deleted`)
    const calls = await emulator.ask('newCalls')
    const { peak, node } = await program.ask('memory')
    program.stop()
    runs.push({
      scanned: Scanned,
      seconds: DurationMs / 1_000,
      batches: calls.filter((action) => action === 'DeleteInstances').length,
      reads: calls.filter((action) => action === 'DescribeInstances').length,
      peak: peak / 1e6,
      node: node / 1e6,
    })
    deleted += Deleted
    // A timer leaves minutes between two runs: the limits of the cloud have recovered.
    await sleep(4_000)
  }
  const throttled = await emulator.ask('throttled')
  emulator.stop()

  const most = (of: (run: Run) => number) => Math.max(...runs.map(of))
  const batches = runs.reduce((sum, run) => sum + run.batches, 0)
  // Before each batch it is read once more.
  const listing = most(({ reads, batches, scanned }) => reads - batches - Math.ceil(scanned / 100))
  const [peak, node] = [most((run) => run.peak), most((run) => run.node)]
  const what = `clean-up, ${SANDBOXES.toLocaleString('en')} sandboxes`
  const rows = [
    {
      what: `${what}: listing`,
      measured: `${runs.map(({ reads, batches }) => reads - batches).join(', ')} calls`,
      comparedWith: `${PAGES} pages and fewer`,
      outcome: `${listing > 0 ? '+' : ''}${listing}`,
      reach: 'no more calls than pages',
      met: listing <= 0,
    },
    {
      what: `${what}: ${EXPIRED.toLocaleString('en')} deletions`,
      measured: `${batches} batches`,
      comparedWith: `${BATCHES} of 100`,
      outcome: `${batches > BATCHES ? '+' : ''}${batches - BATCHES}`,
      reach: `${BATCHES} batches`,
      met: batches === BATCHES,
    },
    {
      what: `${what}: the longest of ${runs.length} runs`,
      measured: `${most((run) => run.seconds).toFixed(1)} s`,
      comparedWith: `${RUN_SECONDS} s of the function`,
      outcome: `${((most((run) => run.seconds) / RUN_SECONDS) * 100).toFixed(0)} %`,
      reach: 'within its time',
      met: undefined,
    },
    {
      what: `${what}: throttled`,
      measured: `${throttled} calls`,
      comparedWith: `${RATE.perSecond} a second allowed`,
      outcome: `${throttled}`,
      reach: 'none',
      met: throttled === 0,
    },
    {
      what: `${what}: memory`,
      measured: `${peak.toFixed(0)} MB at its peak`,
      comparedWith: `${node.toFixed(0)} MB, Node.js alone`,
      outcome: `+${(peak - node).toFixed(0)} MB`,
      reach: `under ${MEMORY_MB} MB`,
      met: peak < MEMORY_MB,
    },
  ]
  const notes = [
    `Clean-up: the emulated ECS answers after 20 ms and throttles beyond ${RATE.perSecond} calls of an action a second, ${RATE.burst} at once. Each run is a`,
    'process of its own, configured as shipped but for lifetime.max_deletions_per_run. Calls of the listing are those without the one that',
    'reads a batch again right before it is deleted.',
  ]
  return { rows, notes }
}

interface Run {
  scanned: number
  seconds: number
  batches: number
  reads: number
  /** MB. */
  peak: number
  node: number
}

/** As veFaaS hands it to a handler. */
const timerEvent = {
  id: 'bench',
  source: '/faas/event/timer/bench',
  specversion: '1.0',
  type: 'faas.timer.event',
  time: '2026-11-23T12:00:00Z',
  datacontenttype: 'application/octet-stream',
  data: '',
}
