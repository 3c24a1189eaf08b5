import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { build } from '../infra/build.ts'
import { MOST_BYTES } from './bench/bundles.ts'
import { heaviestModules } from './bench/modules.ts'

const output = mkdtempSync(join(tmpdir(), 'bundle-size-'))
afterAll(() => rmSync(output, { recursive: true }))

const bundles = await build({ outputDirectory: output })

// Loading and compiling a bundle is most of a cold start.
test.each(bundles)('$name has 48,000 bytes at most', ({ directory, bytes }) => {
  expect(bytes, bytes > MOST_BYTES ? tooLarge(directory, bytes) : '').toBeLessThanOrEqual(MOST_BYTES)
})

test('a bundle that is too large is explained by its modules, which add up to it', () => {
  const { directory = '', bytes = 0 } = bundles[0] ?? {}
  const sum = heaviestModules(directory).reduce((total, [, size]) => total + size, 0)
  expect(Math.abs(sum - bytes)).toBeLessThanOrEqual(1)
  expect(tooLarge(directory, bytes).split('\n')).toHaveLength(11)
})

function tooLarge(directory: string, bytes: number): string {
  const heaviest = heaviestModules(directory).slice(0, 10)
  const lines = heaviest.map(([module, size]) => `${String(size).padStart(7)}  ${module}`)
  return [`It has ${bytes} bytes. These modules weigh most:`, ...lines].join('\n')
}
