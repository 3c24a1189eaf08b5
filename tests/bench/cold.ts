import { spawn } from 'node:child_process'
import {
  type Action,
  actions,
  bundleOf,
  environmentFor,
  eventFor,
  resultOf,
  sandboxTags,
  startEmulator,
  startFunction,
} from './cloud.ts'
import { compile, type Program } from './processes.ts'
import type { FunctionProcess } from './programs/function.ts'
import { progress } from './progress.ts'
import { median, middleHalf } from './statistics.ts'
import type { Report, Row } from './table.ts'

const PAIRS = 25

/**
 * Cold start: the time from just before a fresh process loads the bundle to the answer of its first call, above the same
 * for an empty handler. Each start of a function is followed by one of the empty handler (A B A B ...) and compared with
 * that one alone, so that whatever slows the machine down slows both.
 */
export async function measureColdStart(): Promise<Report> {
  const emulator = startEmulator({ seed: { count: 3, tags: sandboxTags } })
  const url = await emulator.ask('url')
  const helpers = {
    CreateSandbox: await startFunction('CreateSandbox', url),
    DescribeSandboxTerminalUrl: await startFunction('DescribeSandboxTerminalUrl', url),
    StopSandbox: await startFunction('StopSandbox', url),
  }
  const environment = { ...environmentFor(url), BENCH_URL: url }

  await warmUp(helpers)
  const measured = new Map(actions.map((action) => [action, [] as ColdPair[]]))
  for (let round = -2; round < PAIRS; round++) {
    progress(`cold start, round ${round + 3} of ${PAIRS + 2}`)
    for (const action of actions) {
      await emulator.ask('renew')
      const event = await eventOf(action, helpers)
      const whole = await coldStart(bundleOf(action), event, environment)
      const empty = await coldStart(compile('empty-handler'), event, environment)
      // The first rounds fill the disk cache.
      if (round >= 0) measured.get(action)?.push({ whole, empty })
    }
  }
  for (const program of [emulator, ...Object.values(helpers)]) program.stop()

  const rows = [...measured].map(([action, pairs]) => rowOf(action, pairs))
  const phases = [...measured].map(([action, pairs]) => {
    const of = (phase: keyof Phases) => median(pairs.map(({ whole }) => whole[phase])).toFixed(1)
    return `  ${action}: load ${of('load')} + initializer ${of('initialize')} + first call ${of('call')} ms`
  })
  const notes = [
    `Cold start: medians of ${PAIRS} pairs a function, in brackets the middle half of the differences. A fresh node process a start, timed inside`,
    'from just before the bundle is loaded to the answer of the first call, the initializer in between. The empty handler makes one',
    'node:http request to the same emulated ECS, which runs in another process, warmed up, without latency. The function does what a real one does:',
    'its initializer opens the connection, its call makes one signed request or two. Medians of the phases:',
    ...phases,
  ]
  return { rows, notes }
}

export type ColdPair = { whole: Phases; empty: Phases }

export function rowOf(name: string, pairs: readonly ColdPair[]): Row {
  const above = pairs.map(({ whole, empty }) => whole.all - empty.all)
  return {
    what: `cold start, ${name}`,
    measured: `${median(pairs.map(({ whole }) => whole.all)).toFixed(1)} ms`,
    comparedWith: `${median(pairs.map(({ empty }) => empty.all)).toFixed(1)} ms, empty handler`,
    outcome: `+${median(above).toFixed(1)} ms (${middleHalf(above, 1)})`,
    reach: '15 ms or less above, idle',
    met: undefined,
  }
}

type Helpers = Record<'CreateSandbox' | 'DescribeSandboxTerminalUrl' | 'StopSandbox', Program<FunctionProcess>>

/** An event that succeeds: what needs a sandbox or a token gets a new one. */
async function eventOf(action: Action, helpers: Helpers): Promise<object> {
  if (action === 'CreateSandbox' || action === 'DescribeSandboxes') return eventFor(action)
  const created = await once(helpers.CreateSandbox, eventFor('CreateSandbox'))
  const { SandboxId } = resultOf(created)
  if (action === 'RenewSandbox') return eventFor(action, { SandboxId, LifetimeSeconds: '3600' })
  if (action === 'StartSandbox') await once(helpers.StopSandbox, eventFor('StopSandbox', { SandboxId }))
  if (action !== 'ValidateVncToken') return eventFor(action, { SandboxId })
  const opened = await once(helpers.DescribeSandboxTerminalUrl, eventFor('DescribeSandboxTerminalUrl', { SandboxId }))
  return eventFor(action, { Token: resultOf(opened).Token })
}

/** So that the emulated ECS answers as fast as it can. */
async function warmUp(helpers: Helpers): Promise<void> {
  const events = Array.from({ length: 500 }, () => eventFor('CreateSandbox'))
  const { replies } = await helpers.CreateSandbox.ask('run', { events })
  const ids = replies.map(resultOf).map(({ SandboxId }) => SandboxId)
  await helpers.DescribeSandboxTerminalUrl.ask('run', {
    events: ids.map((SandboxId) => eventFor('DescribeSandboxTerminalUrl', { SandboxId })),
  })
}

async function once(program: Program<FunctionProcess>, event: object) {
  const { replies } = await program.ask('run', { events: [event] })
  return replies[0] ?? { statusCode: 0, body: '' }
}

/** Milliseconds. */
interface Phases {
  load: number
  initialize: number
  call: number
  all: number
}

export function coldStart(file: string, event: object, env: Record<string, string>): Promise<Phases> {
  const child = spawn(process.execPath, [compile('cold-start'), JSON.stringify({ file, event })], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  let said = ''
  let log = ''
  child.stdio[3]?.on('data', (chunk) => {
    said += chunk
  })
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      log += chunk
    })
  }
  return new Promise((resolve, reject) => {
    child.on('close', () => {
      if (said === '') return reject(new Error(`a cold start of ${file} failed: ${log}`))
      const { statusCode, times } = JSON.parse(said)
      if (statusCode !== 200)
        return reject(new Error(`a cold start of ${file} was answered with ${statusCode}: ${log}`))
      const [start, loaded, initialized, answered] = times.map((time: string) => Number(time) / 1e6)
      resolve({
        load: loaded - start,
        initialize: initialized - loaded,
        call: answered - initialized,
        all: answered - start,
      })
    })
  })
}
