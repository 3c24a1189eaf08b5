import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { checkDesktops } from '../../infra/local/machines.ts'
import { environmentFor, KEY, startBundle } from './cloud.ts'
import { type ColdPair, rowOf as coldRow, coldStart } from './cold.ts'
import { compile, type Program, project, start } from './processes.ts'
import type { DesktopClient } from './programs/desktop-client.ts'
import type { Desktops } from './programs/desktops.ts'
import type { FunctionProcess } from './programs/function.ts'
import { progress } from './progress.ts'
import { median, middleHalf } from './statistics.ts'
import type { Report, Row } from './table.ts'

const VNC_PORT = 5905
const ROUNDS = 15
const COLD_PAIRS = 10
const AT_ONCE = 20

/** In the terminal of the desktop, a comment: nothing happens. */
const TEXT = `# ${'The quick brown fox jumps over the lazy dog. '.repeat(3)}`.slice(0, 99).concat('\n')

/**
 * Desktops: the time of a call, by the driver alone and by the function mcp, compared with the time in which a client that
 * does nothing else reads the picture of the same desktop (A B A B ...). Each opens a connection for each call.
 */
export async function measureDesktops(): Promise<Report> {
  checkDesktops()
  const desktops = start<Desktops>('desktops', { args: { vncPort: VNC_PORT } })
  try {
    return await measureWith(desktops)
  } finally {
    await desktops.ask('close')
    desktops.stop()
  }
}

async function measureWith(desktops: Program<Desktops>): Promise<Report> {
  const url = await desktops.ask('url')
  const mcp = await startBundle('mcp', environmentFor(url))
  await createDesktop(mcp)
  const args = { address: await desktops.ask('address'), port: VNC_PORT }
  const client = start<DesktopClient>('desktop-client', { args, lean: true })

  const calls: Record<string, () => Promise<number>> = {
    'screenshot, driver': () => client.ask('screenshot'),
    'screenshot, /mcp': () => timeCall(mcp, toolCall('screenshot')),
    'click, driver': () => client.ask('click'),
    'click, /mcp': () => timeCall(mcp, toolCall('click_mouse', { x: 5, y: 5 })),
    '100 characters, driver': () => client.ask('type', TEXT),
    '100 characters, /mcp': () => timeCall(mcp, toolCall('type_text', { text: TEXT })),
  }
  const pairs = new Map(Object.keys(calls).map((name) => [name, [] as Pair[]]))
  for (let round = -3; round < ROUNDS; round++) {
    progress(`desktops, round ${round + 4} of ${ROUNDS + 3}`)
    for (const [name, call] of Object.entries(calls)) {
      const pair = { call: await call(), bare: await client.ask('bare') }
      // The first rounds warm everything up.
      if (round >= 0) pairs.get(name)?.push(pair)
    }
  }

  const before = await mcp.ask('memory')
  const lengths = await mcp.ask('sizes', { event: toolCall('screenshot'), count: AT_ONCE })
  const after = await mcp.ask('memory')
  const cold = await measureCold(url)
  for (const program of [mcp, client]) program.stop()

  const megabytes = (bytes: number) => bytes / 1_000_000
  const rows = [...pairs].map(([name, ofCall]) => rowOf(name, ofCall))
  rows.push({
    what: `desktops, memory with ${AT_ONCE} screenshots at once`,
    measured: `${megabytes(after.peak).toFixed(0)} MB at its peak`,
    comparedWith: `${megabytes(before.peak).toFixed(0)} MB, one at a time`,
    outcome: `+${megabytes(after.peak - before.peak).toFixed(0)} MB`,
    reach: 'to be read',
    met: undefined,
  })
  rows.push({ ...coldRow('mcp, list_sandboxes', cold), reach: 'to be read' })
  const notes = [
    `Desktops: medians of ${ROUNDS} pairs, in brackets the middle half of the ratios. A desktop of 1280x800 with a terminal (TigerVNC). "A bare`,
    'read" connects, requests the whole picture in the same encoding (ZRLE) and skips what arrives. The driver decodes it and writes a PNG; mcp',
    'also checks the key, looks the sandbox up in the cloud and writes the answer, without HTTP in between. A click has a pause of the',
    `driver in it. An answer with a screenshot has ${((lengths[0] ?? 0) / 1_000).toFixed(0)} kB.`,
  ]
  return { rows, notes }
}

/** Milliseconds of a call, and of a bare read right after it. */
interface Pair {
  call: number
  bare: number
}

export function rowOf(name: string, pairs: readonly Pair[]): Row {
  const ratios = pairs.map(({ call, bare }) => call / bare)
  return {
    what: `desktops, ${name}`,
    measured: `${median(pairs.map(({ call }) => call)).toFixed(1)} ms`,
    comparedWith: `${median(pairs.map(({ bare }) => bare)).toFixed(1)} ms, a bare read`,
    outcome: `x ${median(ratios).toFixed(1)} (${middleHalf(ratios, 1)})`,
    reach: 'to be read',
    met: undefined,
  }
}

/** Creates a sandbox, and waits until its desktop can be used. */
async function createDesktop(mcp: Program<FunctionProcess>): Promise<void> {
  let { ready } = await resultOf(mcp, toolCall('create_sandbox'))
  while (!ready) {
    await sleep(100)
    ready = (await resultOf(mcp, toolCall('wait_for_desktop'))).ready
  }
}

/** @throws an error if the tool fails */
async function resultOf(mcp: Program<FunctionProcess>, event: object) {
  const { replies } = await mcp.ask('run', { events: [event] })
  const { structuredContent, content, isError } = JSON.parse(replies[0]?.body ?? '').result
  if (isError) throw new Error(content[0].text)
  return structuredContent
}

/** Milliseconds. A call before the clock starts shows whether the tool succeeds. */
async function timeCall(mcp: Program<FunctionProcess>, event: object): Promise<number> {
  await resultOf(mcp, event)
  const start = performance.now()
  await mcp.ask('size', event)
  return performance.now() - start
}

async function measureCold(url: string): Promise<ColdPair[]> {
  const file = join(project, 'dist/mcp/index.js')
  const event = toolCall('list_sandboxes')
  const environment = { ...environmentFor(url), BENCH_URL: url }
  const pairs: ColdPair[] = []
  for (let round = -2; round < COLD_PAIRS; round++) {
    progress(`desktops, cold start, round ${round + 3} of ${COLD_PAIRS + 2}`)
    const whole = await coldStart(file, event, environment)
    const empty = await coldStart(compile('empty-handler'), event, environment)
    // The first rounds fill the disk cache.
    if (round >= 0) pairs.push({ whole, empty })
  }
  return pairs
}

/** An event as veFaaS hands it to the handler of mcp. */
function toolCall(name: string, values: object = {}): object {
  return {
    httpMethod: 'POST',
    path: '/mcp',
    pathParameters: {},
    queryStringParameters: {},
    headers: {
      Accept: 'application/json, text/event-stream',
      Authorization: `Bearer ${KEY}`,
      'Content-Type': 'application/json',
      Host: '127.0.0.1:8102',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: values } }),
  }
}
