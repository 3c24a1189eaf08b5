import type { Bundle } from '../../infra/build.ts'
import { heaviestModules } from './modules.ts'
import type { Report } from './table.ts'

/** kB are 1,000 bytes. */
export const MOST_BYTES = 48_000

/** The size of each bundle, minified, as it goes into the zip. */
export function weighBundles(bundles: readonly Bundle[]): Report {
  const kilobytes = (bytes: number) => `${(bytes / 1_000).toFixed(1)} kB`
  const rows = bundles.map(({ name, bytes }) => ({
    what: `bundle, ${name}`,
    measured: kilobytes(bytes),
    comparedWith: kilobytes(MOST_BYTES),
    outcome: `${((bytes / MOST_BYTES) * 100).toFixed(0)} %`,
    reach: `${kilobytes(MOST_BYTES)} or less`,
    met: bytes <= MOST_BYTES,
  }))
  const largest = [...bundles].sort((one, other) => other.bytes - one.bytes)[0]
  const heaviest = largest ? heaviestModules(largest.directory).slice(0, 5) : []
  const notes = [
    `Bundles: kB = 1,000 bytes, minified, not compressed. In the largest, ${largest?.name}, weigh most:`,
    ...heaviest.map(([module, bytes]) => `  ${kilobytes(bytes)}  ${module}`),
  ]
  return { rows, notes }
}
