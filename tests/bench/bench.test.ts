import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { rowOf as coldRow } from './cold.ts'
import { rowOf as desktopRow } from './desktops.ts'
import { keptUp } from './gateway.ts'
import { type Row, tally } from './table.ts'
import { rowOf as warmRow } from './warm.ts'

test('says at once how long it takes, then what it measures, and at the end what was missed', async () => {
  const project = join(import.meta.dirname, '../..')
  const node = ['--import', 'tsx', 'tests/bench/index.ts', 'bundles']
  const { stdout } = await promisify(execFile)(process.execPath, node, { cwd: project })
  const lines = stdout.trim().split('\n')
  expect(lines[0]).toMatch(/ about \w+ minutes on an idle machine, and longer on a busy one/)
  expect(lines[2]).toBe('1 of 1: bundles ...')
  expect(lines.at(-1)).toMatch(/^0 met, 0 missed, 0 not judged/)
})

test('no time is judged, on whatever machine', () => {
  for (const slowness of [1, 100]) {
    const phases = (all: number) => ({ load: all, initialize: 0, call: 0, all: all * slowness })
    expect(coldRow('CreateSandbox', [{ whole: phases(40), empty: phases(30) }]).met).toBe(undefined)
    const cost = { whole: 0.3 * slowness, bare: 0.1 * slowness }
    expect(warmRow('CreateSandbox', 1, [cost]).met).toBe(undefined)
    expect(desktopRow('click, driver', [{ call: 30 * slowness, bare: 30 }]).met).toBe(undefined)
  }
})

test('a gateway that does not keep up has missed only where nothing else uses the machine', () => {
  expect(keptUp(0.95, false, 3)).toBe(true)
  expect(keptUp(0.4, true, 0)).toBe(true)
  expect(keptUp(0.4, false, 0.1)).toBe(false)
  expect(keptUp(0.4, false, 0.5)).toBe(undefined)
})

test('rows that are not judged are neither met nor missed', () => {
  const row = (met: Row['met']) => ({ what: '', measured: '', comparedWith: '', outcome: '', reach: '', met })
  expect(tally([true, true, false, undefined].map(row))).toMatch(/^2 met, 1 missed, 1 not judged/)
})
