import type { CommandContext } from '../context.ts'
import { observeFunctions } from '../observe/functions.ts'
import { recordIn } from '../plan/deployment-record.ts'
import { summary } from './summary.ts'

/** `serverless info`: shows the deployed functions, the revisions that serve, and how to call them. */
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
    ...(rows.length > 0 ? table(rows) : ['  no function is deployed']),
    '',
    ...(rows.length > 0 ? await summary(context) : []),
  ])
}

function table(rows: string[][]): string[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length)
  }
  return rows.map((row) => {
    const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0))
    return `  ${cells.join('  ')}`.trimEnd()
  })
}
