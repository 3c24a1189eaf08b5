import { type Action, actions, eventFor, resultOf, startEmulator, startFunction } from './cloud.ts'
import { type Program, start } from './processes.ts'
import type { BareServer } from './programs/bare-server.ts'
import type { FunctionProcess, Recorded } from './programs/function.ts'
import { progress } from './progress.ts'
import { median, middleHalf } from './statistics.ts'
import type { Report, Row } from './table.ts'

const WARM_UP_ROUNDS = 6
const ROUNDS = 9
const CALLS = 500

/**
 * Warm: the CPU time of a call, all threads of the function's process, without what the wire to the cloud costs. Sandboxes
 * live their whole life again and again: created, listed, opened, admitted to, deleted. After each batch of calls of an
 * action (A) the same process sends the same requests with bare node:http to a server that answers as many bytes (B).
 */
export async function measureWarm(): Promise<Report> {
  const emulator = startEmulator()
  const url = await emulator.ask('url')
  const server = start<BareServer>('bare-server')
  const bareUrl = await server.ask('url')
  const functions = new Map<Action, Program<FunctionProcess>>()
  for (const action of actions) functions.set(action, await startFunction(action, url))

  // As the first batch makes them, one call at a time.
  const requests = new Map<Action, Recorded[]>()
  const rows: Row[] = []
  for (const concurrency of [1, 50]) {
    const costs = new Map(actions.map((action) => [action, [] as Cost[]]))
    for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
      progress(`warm, ${concurrency} at a time, round ${round + WARM_UP_ROUNDS + 1} of ${WARM_UP_ROUNDS + ROUNDS}`)
      let events: object[] = Array.from({ length: CALLS }, () => eventFor('CreateSandbox'))
      let ids: string[] = []
      for (const action of actions) {
        const program = functions.get(action)
        if (program === undefined) continue
        const { replies, cpuMs } = await program.ask('run', { events, concurrency })
        const results = replies.map(resultOf)
        if (!requests.has(action)) requests.set(action, (await program.ask('recorded')).slice(-cloudCalls[action]))
        const calls = requests.get(action) ?? []
        const bareMs = await program.ask('bare', { url: bareUrl, calls, times: CALLS, concurrency })
        // The first rounds warm everything up.
        if (round >= 0) costs.get(action)?.push({ whole: cpuMs / CALLS, bare: bareMs / CALLS })
        if (action === 'CreateSandbox') ids = results.map(({ SandboxId }) => SandboxId)
        events = nextEvents(action, ids, results)
      }
    }
    rows.push(...[...costs].map(([action, batches]) => rowOf(action, concurrency, batches)))
  }
  for (const program of [emulator, server, ...functions.values()]) program.stop()

  const notes = [
    `Warm: medians of ${ROUNDS} batches of ${CALLS} calls an action, after ${WARM_UP_ROUNDS} batches to warm up; in brackets the middle half. CPU time, user and`,
    'system, of the whole process with its compiler and garbage collector threads. "Bare node:http" is the same requests, header for header,',
    'sent by the same process over kept-alive connections, to a server that answers as many bytes, which are not looked at. What is left is',
    'the function: event, key, parameters, signature, reading the answer, envelope and log line (written to a pipe).',
  ]
  return { rows, notes }
}

/** Calls to the cloud that an action makes here. */
const cloudCalls: Record<Action, number> = {
  CreateSandbox: 1,
  DescribeSandboxes: 1,
  DescribeSandboxTerminalUrl: 2,
  ValidateVncToken: 2,
  RenewSandbox: 2,
  RebootSandbox: 2,
  StopSandbox: 2,
  StartSandbox: 2,
  DeleteSandbox: 2,
}

/** Milliseconds of CPU a call: the function's, and those of its requests alone. */
interface Cost {
  whole: number
  bare: number
}

export function rowOf(action: Action, concurrency: number, costs: readonly Cost[]): Row {
  const own = costs.map(({ whole, bare }) => whole - bare)
  return {
    what: `warm, ${action}, ${concurrency} at a time`,
    measured: `${median(costs.map(({ whole }) => whole)).toFixed(2)} ms CPU a call`,
    comparedWith: `${median(costs.map(({ bare }) => bare)).toFixed(2)} ms, ${cloudCalls[action]} x bare node:http`,
    outcome: `+${median(own).toFixed(2)} ms (${middleHalf(own, 2)})`,
    reach: '0.3 ms or less above, idle',
    met: undefined,
  }
}

/** The events of the action that comes after this one. */
function nextEvents(action: Action, ids: readonly string[], results: readonly { Token: string }[]): object[] {
  const next = actions[actions.indexOf(action) + 1] ?? action
  if (next === 'ValidateVncToken') return results.map(({ Token }) => eventFor(next, { Token }))
  return ids.map((SandboxId) =>
    eventFor(next, { SandboxId, ...(next === 'RenewSandbox' && { LifetimeSeconds: '3600' }) }),
  )
}
