import { parseArgs } from 'node:util'
import { type Bundle, build } from '../../infra/build.ts'
import { weighBundles } from './bundles.ts'
import { measureCleanup } from './cleanup.ts'
import { countCloudCalls } from './cloud-calls.ts'
import { measureColdStart } from './cold.ts'
import { measureConcurrentListings } from './concurrent-listings.ts'
import { measureGateway } from './gateway.ts'
import { measureListing } from './listing.ts'
import { stopAll } from './processes.ts'
import { printRows, type Report, type Row } from './table.ts'
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
}

const help = `npm run bench -- [part ...] [--profile]

Measures what the service costs against the emulated cloud and prints it beside what was to be reached. Takes about five
minutes; leave the machine alone meanwhile. Parts, all when none is named: ${Object.keys(parts).join(', ')}.

  --profile   show where the CPU time of the gateway's processes goes, even when the gateway keeps up
`

const unknown = positionals.filter((name) => !Object.hasOwn(parts, name))
if (values.help || unknown.length > 0) {
  console.log(unknown.length > 0 ? `There is no part ${unknown.join(', ')}.\n\n${help}` : help)
  process.exit(unknown.length > 0 ? 1 : 0)
}

const bundles = await build()
const rows: Row[] = []
const notes: string[] = []
const failures: string[] = []
for (const [name, measure] of Object.entries(parts)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue
  console.error(`measuring ${name} ...`)
  try {
    const report = await measure(bundles)
    rows.push(...report.rows)
    notes.push('', ...report.notes)
  } catch (error) {
    failures.push(`${name} could not be measured: ${error instanceof Error ? error.stack : error}`)
  }
  stopAll()
}

printRows(rows)
for (const line of notes) console.log(line)
const missed = rows.filter(({ met }) => !met).length
console.log(
  `\n${rows.length - missed} met, ${missed} missed. Times are for comparing within one run: no other machine, or other day, has the same.`,
)
for (const failure of failures) console.error(failure)
process.exit(failures.length > 0 ? 1 : 0)
