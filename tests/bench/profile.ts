import { mkdirSync, readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { moduleOf } from './modules.ts'
import { project, scratch } from './processes.ts'

/** Where programs started with BENCH_PROFILES in their environment write their profiles. */
export const profiles = join(scratch, 'profiles')
mkdirSync(profiles, { recursive: true })

/** A function and the share of the process's busy time that is spent in itself. */
export interface Hot {
  name: string
  module: string
  share: number
}

/** Profiles processes for so long, while something keeps them busy. */
export async function profile(pids: readonly number[], seconds: number): Promise<Map<number, Hot[]>> {
  for (const pid of pids) process.kill(pid, 'SIGUSR2')
  await sleep(seconds * 1_000)
  for (const pid of pids) process.kill(pid, 'SIGUSR2')
  await sleep(2_000) // to write them
  return new Map(pids.map((pid) => [pid, hottest(join(profiles, `${pid}.cpuprofile`))]))
}

/** By module instead of by function. */
export function byModule(hot: readonly Hot[]): Hot[] {
  const shares = new Map<string, number>()
  for (const { module, share } of hot) shares.set(module, (shares.get(module) ?? 0) + share)
  return [...shares]
    .map(([module, share]) => ({ name: '', module, share }))
    .sort((one, other) => other.share - one.share)
}

interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number; columnNumber: number } }[]
  samples: number[]
  timeDeltas: number[]
}

function hottest(file: string): Hot[] {
  const { nodes, samples, timeDeltas }: CpuProfile = JSON.parse(readFileSync(file, 'utf8'))
  const times = new Map<number, number>()
  for (const [index, id] of samples.entries()) times.set(id, (times.get(id) ?? 0) + (timeDeltas[index] ?? 0))
  const found = new Map<string, Hot>()
  let busy = 0
  for (const { id, callFrame } of nodes) {
    const time = times.get(id) ?? 0
    if (callFrame.functionName === '(idle)' || time === 0) continue
    busy += time
    const place = placeOf(callFrame)
    const key = `${place.name} ${place.module}`
    const hot = found.get(key) ?? { ...place, share: 0 }
    hot.share += time
    found.set(key, hot)
  }
  return [...found.values()]
    .map((hot) => ({ ...hot, share: hot.share / busy }))
    .sort((one, other) => other.share - one.share)
}

function placeOf({ functionName, url, lineNumber, columnNumber }: CpuProfile['nodes'][number]['callFrame']) {
  const name = functionName || '(anonymous)'
  if (/^\((program|garbage collector)\)$/.test(functionName)) return { name, module: 'V8 and the system' }
  if (url === '') return { name, module: 'node (native)' }
  if (url.startsWith('node:')) return { name, module: url }
  const path = url.startsWith('file:') ? fileURLToPath(url) : url
  const source = sourceAt(path, lineNumber, columnNumber)
  return source ?? { name, module: inProject(path) }
}

const inProject = (path: string) => (path.startsWith(project) ? relative(project, path) : path.replace(/^.*\//, ''))

const maps = new Map<string, SourceMap | undefined>()

/** The source of a place in a bundle; undefined for any other file. */
function sourceAt(path: string, line: number, column: number): { name: string; module: string } | undefined {
  const folder = /\/dist\/([^/]+)\/index\.js$/.exec(path)?.[1]
  if (folder === undefined) return undefined
  if (!maps.has(path)) {
    const file = join(project, 'dist/source-maps', folder, 'index.js.map')
    maps.set(path, new SourceMap(JSON.parse(readFileSync(file, 'utf8'))))
  }
  const entry = maps.get(path)?.findEntry(line, column)
  if (entry === undefined || !('originalSource' in entry)) return undefined
  const module = moduleOf(dirname(path), entry.originalSource)
  // The names in a minified bundle say nothing; its map knows the line, and some names.
  const { name = `line ${entry.originalLine + 1}` } = entry as { name?: string }
  return { name, module }
}
