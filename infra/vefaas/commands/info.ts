import type { CommandContext } from '../context.ts'
import { observeFunctions } from '../observe/functions.ts'
import { recordIn } from '../plan/deployment-record.ts'
import { summary } from './summary.ts'

/** `serverless info`: what is deployed, what of it serves, and how it is called. */
export async function info(context: CommandContext): Promise<void> {
  const { client, service, utils } = context
  const found = await observeFunctions(client, service.mark, [])
  const rows = found.map(({ name, id, item, release, instances, stable }) => [
    name,
    id,
    `revision ${release.StableRevisionNumber ?? 'none'} (${release.Status ?? 'unknown'})`,
    `${item.MemoryMB} MB`,
    `${item.RequestTimeout} s`,
    `${instances.MinInstance ?? 0}-${instances.MaxInstance ?? '?'} instances`,
    `code ${recordIn(stable?.Envs).code.slice(0, 12) || 'unknown'}`,
  ])
  utils.writeText([
    `service  ${service.name}`,
    `stage    ${service.stage}`,
    `region   ${service.region}`,
    '',
    'functions',
    ...(rows.length > 0 ? table(rows) : ['  none is deployed']),
    '',
    ...(rows.length > 0 ? await summary(context) : []),
  ])
}

function table(rows: string[][]): string[] {
  const widths = rows.reduce<number[]>((most, row) => row.map((cell, at) => Math.max(cell.length, most[at] ?? 0)), [])
  return rows.map((row) => `  ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')}`.trimEnd())
}
