import { parseArgs } from 'node:util'
import { type Bundle, build } from '../../infra/build/index.ts'
import { weighBundles } from './bundles.ts'
import { measureCleanup } from './cleanup.ts'
import { countCloudCalls } from './cloud-calls.ts'
import { measureColdStart } from './cold.ts'
import { measureConcurrentListings } from './concurrent-listings.ts'
import { measureDesktops } from './desktops.ts'
import { measureGateway } from './gateway.ts'
import { measureListing } from './listing.ts'
import { stopAll } from './processes.ts'
import { printRows, type Report, type Row, tally } from './table.ts'
import { measureWarm } from './warm.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { profile: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
})

const parts: Record<string, (bundles: Bundle[]) => Report | Promise<Report>> = {
  bundles: weighBundles,
  cold: measureColdStart,
  warm: measureWarm,
  gateway: () => measureGateway({ withProfile: values.profile }),
  listing: measureListing,
  lists: measureConcurrentListings,
  cleanup: measureCleanup,
  calls: countCloudCalls,
  desktops: measureDesktops,
}

const TIME = 'All parts take about six minutes on an idle machine, and longer on a busy one.'

const help = `npm run bench -- [part ...] [--profile]

Measures what the service costs against the emulated cloud and prints it beside what was to be reached. ${TIME}
Parts, all when none is named: ${Object.keys(parts).join(', ')}.

  --profile   show where the CPU time of the gateway's processes goes, even when the gateway keeps up
`

const unknown = positionals.filter((name) => !Object.hasOwn(parts, name))
if (values.help || unknown.length > 0) {
  console.log(unknown.length > 0 ? `There is no part ${unknown.join(', ')}.\n\n${help}` : help)
  process.exit(unknown.length > 0 ? 1 : 0)
}

console.log(TIME)
const bundles = await build()
const rows: Row[] = []
const failures: string[] = []
const wanted = Object.entries(parts).filter(([name]) => positionals.length === 0 || positionals.includes(name))
for (const [index, [name, measure]] of wanted.entries()) {
  console.log(`\n${index + 1} of ${wanted.length}: ${name} ...`)
  try {
    const report = await measure(bundles)
    printRows(report.rows)
    for (const line of report.notes) console.log(line)
    rows.push(...report.rows)
  } catch (error) {
    failures.push(`${name} could not be measured: ${error instanceof Error ? error.stack : error}`)
  }
  stopAll()
}

console.log(`\n${tally(rows)}. Compare only times of one run: no other machine, or other day, has the same.`)
for (const failure of failures) console.error(failure)
process.exit(failures.length > 0 ? 1 : 0)
