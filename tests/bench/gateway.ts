import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { emulatedSettings } from '../../infra/local/environment.ts'
import { credentialVariables, sandboxTags, startEmulator } from './cloud.ts'
import { childrenOf, compile, cpuOf, cpuOfMachine, project, start } from './processes.ts'
import { byModule, type Hot, profile, profiles } from './profile.ts'
import type { BareServer } from './programs/bare-server.ts'
import type { Callers } from './programs/callers.ts'
import type { Gateway } from './programs/gateway.ts'
import { progress } from './progress.ts'
import { median } from './statistics.ts'
import type { Report } from './table.ts'

const CALLERS = 200
const LATENCY_MS = 100
const ROUNDS = 3
const SECONDS = 8
const SANDBOXES = 10

/** The function that is called, by its name on the emulated veFaaS. */
const FUNCTION = 'ecs-manager-local-describe-sandboxes'

/** What waiting alone would allow. */
const CEILING = (CALLERS / LATENCY_MS) * 1_000

/** So many cores used by what is not measured may be why the gateway does not keep up. */
const OTHERS = 0.2

/** A share of the CPU from which on it counts as used up: never all of it can be. */
const ALL_BUSY = 0.85

/**
 * The local gateway under load, with a cloud that takes its time. In turns with a bare node:http server that takes the same
 * time (A B A B ...), which shows what the machine and the callers can do at all.
 */
export async function measureGateway({ withProfile }: { withProfile: boolean }): Promise<Report> {
  const env = { BENCH_PROFILES: profiles }
  const emulator = startEmulator({ latencyMs: LATENCY_MS, seed: { count: SANDBOXES, tags: sandboxTags } }, env)
  const ecsUrl = await emulator.ask('url')
  const settings = {
    ...emulatedSettings(join(project, 'config.toml'), ecsUrl),
    ...credentialVariables,
  }
  const variables = { ...env, NODE_OPTIONS: `--require ${compile('profiler')}` }
  const gateway = start<Gateway>('gateway', { args: { settings, functionName: FUNCTION, variables }, env })
  const server = start<BareServer>('bare-server')
  const callers = start<Callers>('callers')
  const url = `${await gateway.ask('url')}/?Action=DescribeSandboxes&Version=2020-04-01&MaxResults=100` // a page: whole lists share their calls
  const load = { url, callers: CALLERS }
  const answer = await fetch(url).then((response) => response.text())
  const bare = {
    url: await server.ask('url'),
    callers: CALLERS,
    headers: { 'X-Answer-Bytes': String(answer.length), 'X-Answer-After': String(LATENCY_MS) },
  }

  await callers.ask('run', { ...load, seconds: 5 })
  await callers.ask('run', { ...bare, seconds: 2 })

  const working = partsOf(gateway, emulator)
  const parts = [...working, { name: 'the callers', pid: callers.pid }]
  const runs: Run[] = []
  for (let round = 0; round < ROUNDS; round++) {
    progress(`gateway, round ${round + 1} of ${ROUNDS}`)
    const before = { parts: parts.map(cpuOfPart), machine: cpuOfMachine(), time: performance.now() }
    const run = await callers.ask('run', { ...load, seconds: SECONDS })
    const elapsed = performance.now() - before.time
    runs.push({
      ...run,
      cores: parts.map((part, index) => (cpuOfPart(part) - (before.parts[index] ?? Number.NaN)) / elapsed),
      machine: (cpuOfMachine() - before.machine) / elapsed,
      bare: (await callers.ask('run', { ...bare, seconds: SECONDS })).perSecond,
    })
  }

  const perSecond = median(runs.map((run) => run.perSecond))
  const share = perSecond / CEILING
  const cores = parts.map((_, index) => median(runs.map((run) => run.cores[index] ?? Number.NaN)))
  const own = cores.reduce((sum, used) => sum + used, 0)
  const others = Math.max(0, median(runs.map(({ machine }) => machine)) - own)
  const all = availableParallelism()
  const isCpuBound = own >= ALL_BUSY * all || cores.some((used) => used >= ALL_BUSY)
  const remark = isCpuBound ? ', CPU-bound' : others > OTHERS ? `, others used ${others.toFixed(1)} cores` : ''

  const notes = [
    `Gateway: medians of ${ROUNDS} runs of ${SECONDS} s, in turns with ${ROUNDS} of a bare node:http server that answers as much after ${LATENCY_MS} ms:`,
    `${median(runs.map((run) => run.bare)).toFixed(0)} calls/s, what this machine can do at all with ${CALLERS} callers. Every answer was 200. A listing is one page of ${SANDBOXES} sandboxes.`,
    `Latency at the caller: median ${median(runs.map(({ p50 }) => p50)).toFixed(0)} ms, 99 % within ${median(runs.map(({ p99 }) => p99)).toFixed(0)} ms.`,
    `CPU, in cores, of ${all}:`,
    ...parts.map(({ name }, index) => `  ${cores[index]?.toFixed(2)}  ${name}`),
    `  ${own.toFixed(2)}  together; other processes of this machine used ${others.toFixed(2)}`,
  ]
  if (withProfile || share < 0.9) {
    const loaded = callers.ask('run', { ...load, seconds: 9 })
    const hot = await profile(
      working.map(({ pid }) => pid),
      6,
    )
    await loaded
    for (const { name, pid } of working) notes.push(...describeProfile(name, hot.get(pid) ?? []))
  }
  for (const program of [gateway, emulator, server, callers]) program.stop()

  return {
    rows: [
      {
        what: `gateway, ${CALLERS} callers, cloud ${LATENCY_MS} ms`,
        measured: `${perSecond.toFixed(0)} calls/s`,
        comparedWith: `${CEILING} calls/s, waiting alone`,
        outcome: `${percent(share)}${remark}`,
        reach: '90 %, or CPU-bound',
        met: keptUp(share, isCpuBound, others),
      },
    ],
    notes,
  }
}

interface Run {
  perSecond: number
  p50: number
  p99: number
  /** Cores used by each part. */
  cores: number[]
  /** Cores used by everything on the machine. */
  machine: number
  /** Calls a second of the bare server. */
  bare: number
}

interface Part {
  name: string
  pid: number
}

/** The processes that do the work; those of the function are children of the gateway. */
function partsOf(gateway: { pid: number }, emulator: { pid: number }): Part[] {
  const functions = childrenOf(gateway.pid, `_FAAS_FUNC_NAME=${FUNCTION}`)
  return [
    { name: 'the gateway and veFaaS', pid: gateway.pid },
    ...functions.map((pid, index) => ({ name: `the function, process ${index + 1}`, pid })),
    { name: 'the emulated ECS', pid: emulator.pid },
  ]
}

/** Whether it answers as fast as it can; undefined: what else the machine does may have kept it from that. */
export function keptUp(share: number, isCpuBound: boolean, others: number): boolean | undefined {
  if (share >= 0.9 || isCpuBound) return true
  return others > OTHERS ? undefined : false
}

const cpuOfPart = ({ pid }: Part) => cpuOf(pid) ?? Number.NaN

const percent = (share: number) => `${(share * 100).toFixed(0)} %`

function describeProfile(name: string, hot: readonly Hot[]): string[] {
  const line = ({ name: of, module, share }: Hot) =>
    `  ${(share * 100).toFixed(1).padStart(5)} %  ${module}  ${of}`.trimEnd()
  return [
    '',
    `Busy time of ${name}, by module:`,
    ...byModule(hot).slice(0, 8).map(line),
    'by function:',
    ...hot.slice(0, 8).map(line),
  ]
}
