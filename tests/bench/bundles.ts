import type { Bundle } from '../../infra/build/index.ts'
import { zip } from '../../infra/build/zip.ts'
import { heaviestModules } from './modules.ts'
import type { Report } from './table.ts'

/** The size of each bundle, minified, and of its zip. Reported only: no size is too large. kB are 1,000 bytes. */
export function weighBundles(bundles: readonly Bundle[]): Report {
  const kilobytes = (bytes: number) => `${(bytes / 1_000).toFixed(1)} kB`
  const sizes = bundles.map(({ name, bytes, files }) => {
    return `  ${name.padEnd(30)} ${kilobytes(bytes)}, zipped ${kilobytes(zip(files).length)}`
  })
  const largest = [...bundles].sort((one, other) => other.bytes - one.bytes)[0]
  const heaviest = largest ? heaviestModules(largest.directory).slice(0, 5) : []
  const notes = [
    'Bundles: kB = 1,000 bytes, minified.',
    ...sizes,
    `In the largest, ${largest?.name}, weigh most:`,
    ...heaviest.map(([module, bytes]) => `  ${kilobytes(bytes)}  ${module}`),
  ]
  return { rows: [], notes }
}
