import type { Command } from 'commander'
import { Option } from 'commander'
import type { Sandboxes } from '../../sandboxes.ts'
import { printJson, printTable } from '../output.ts'
import type { Tool } from '../tool.ts'
import { type Row, SANDBOX_COLUMNS } from './columns.ts'
import { ownerOption, readDuration, statusOption } from './options.ts'

/** Which sandboxes are meant. */
export interface Filter {
  status?: Row['Status']
  owner?: string
  os?: 'Linux' | 'Windows'
  /** In seconds. */
  olderThan?: number
}

export function addFilters(command: Command): Command {
  return command
    .addOption(statusOption())
    .addOption(ownerOption())
    .addOption(new Option('--os <system>', 'only this operating system').choices(['Linux', 'Windows']))
    .addOption(new Option('--older-than <duration>', 'only sandboxes that were created before').argParser(readDuration))
}

export function addList(parent: Command, { terminal, signal, format, client }: Tool): void {
  addFilters(parent.command('list'))
    .alias('ls')
    .description('List sandboxes, the newest first')
    .action(async (filter: Filter, command: Command) => {
      const rows = await findAll((await client(command)).sandboxes, filter, signal)
      if (format(command) === 'json') printJson(terminal, rows)
      else if (rows.length === 0) terminal.stderr.write('No sandboxes.\n')
      else printTable(terminal.stdout, terminal.env, SANDBOX_COLUMNS, rows)
    })
}

/** Returns the sandboxes that match, the newest first. */
export async function findAll(sandboxes: Sandboxes, filter: Filter, signal: AbortSignal): Promise<Row[]> {
  const { status, owner, os, olderThan } = filter
  const createdBefore = olderThan === undefined ? Number.POSITIVE_INFINITY : Date.now() - 1_000 * olderThan
  const rows: Row[] = []
  for await (const { description } of sandboxes.list({ status, owner, os, signal })) {
    if (!description) continue
    // Without a known age, a sandbox is not old.
    const isOld = olderThan === undefined || Date.parse(description.CreatedAt ?? '') < createdBefore
    if (isOld) rows.push(description)
  }
  return rows.sort((a, b) => (b.CreatedAt ?? '').localeCompare(a.CreatedAt ?? ''))
}
