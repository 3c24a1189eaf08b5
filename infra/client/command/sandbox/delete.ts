import type { Command } from 'commander'
import type { Client } from '../../client.ts'
import { confirm } from '../ask.ts'
import { endAfter, forEachId } from '../each.ts'
import { CommandError, UsageError } from '../failure.ts'
import { addNotes } from '../help.ts'
import { printJson, printTable } from '../output.ts'
import { isInteractive, printable } from '../terminal.ts'
import type { Tool } from '../tool.ts'
import { SANDBOX_COLUMNS } from './columns.ts'
import { addFilters, type Filter, findAll } from './list.ts'

interface DeleteFlags extends Filter {
  all?: boolean
  yes?: boolean
}

const NOTES = {
  examples: [
    'ecs-manager sandbox delete i-b71370efe37d438191f6 i-b08bd77d9468444bb91b',
    'ecs-manager sandbox delete --all --status STOPPED --older-than 2d',
    'ecs-manager sandbox delete --all --owner planner --yes',
  ],
}

export function addDelete(parent: Command, tool: Tool): void {
  const { terminal, signal, format, client } = tool
  addNotes(addFilters(parent.command('delete')), NOTES)
    .alias('rm')
    .description('Delete sandboxes permanently')
    .argument('[ids...]', 'the sandboxes')
    .option('--all', 'all sandboxes that you see, or those that match the filters')
    .option('-y, --yes', 'do not ask')
    .action(async (ids: string[], flags: DeleteFlags, command: Command) => {
      checkUse(ids, flags)
      const connected = await client(command)
      const chosen = flags.all ? await chooseAll(connected, flags, tool) : [...new Set(ids)]
      const outcomes = await forEachId({ terminal, signal }, chosen, 'deleted', async (id) => {
        await connected.sandboxes.withId(id).delete({ signal, mustExist: true })
        return { Deleted: true }
      })
      if (format(command) === 'json') printJson(terminal, outcomes)
      else
        for (const outcome of outcomes)
          if ('Deleted' in outcome) terminal.stdout.write(`Deleted ${printable(outcome.SandboxId)}\n`)
      endAfter(outcomes, signal)
    })
}

function checkUse(ids: readonly string[], { all, status, owner, os, olderThan }: DeleteFlags): void {
  const hasFilter = [status, owner, os, olderThan].some((value) => value !== undefined)
  if (all && ids.length > 0) throw new UsageError('Name the sandboxes, or use --all.')
  if (!all && hasFilter) throw new UsageError('Filters need --all.')
  if (!all && ids.length === 0) throw new UsageError('Name the sandboxes, or use --all.')
}

/** Finds what `--all` means, and asks. */
async function chooseAll({ sandboxes }: Client, flags: DeleteFlags, { terminal, signal }: Tool): Promise<string[]> {
  if (!flags.yes && !isInteractive(terminal)) throw new UsageError('--all needs --yes where nobody can be asked.')
  const rows = (await findAll(sandboxes, flags, signal)).filter(({ Status }) => Status !== 'DELETING')
  if (rows.length === 0) terminal.stderr.write('No sandboxes.\n')
  else if (!flags.yes) {
    printTable(terminal.stderr, terminal.env, SANDBOX_COLUMNS, rows)
    const question = rows.length === 1 ? 'Delete this sandbox?' : `Delete these ${rows.length} sandboxes?`
    if (!(await confirm(terminal, question, signal))) throw new CommandError('Nothing was deleted.')
  }
  return rows.map(({ SandboxId }) => SandboxId)
}
