import type { Command } from 'commander'
import type { Duration } from '../../duration.ts'
import { addNotes } from '../help.ts'
import { printJson, printTable } from '../output.ts'
import type { Tool } from '../tool.ts'
import { SANDBOX_COLUMNS } from './columns.ts'
import { readLifetime } from './options.ts'

export function addRenew(parent: Command, { terminal, signal, format, client }: Tool): void {
  addNotes(parent.command('renew'), { examples: ['ecs-manager sandbox renew i-b71370efe37d438191f6 2h'] })
    .description('Set a new end of a sandbox, counted from now')
    .argument('<id>', 'the sandbox')
    .argument('<lifetime>', 'such as 90s, 30m, 2h or 7d', readLifetime)
    .action(async (id: string, lifetime: Duration, _flags: object, command: Command) => {
      const { call } = await client(command)
      const { Result } = await call('RenewSandbox', { SandboxId: id, LifetimeSeconds: Number(lifetime) }, { signal })
      if (format(command) === 'json') printJson(terminal, Result)
      else printTable(terminal.stdout, terminal.env, SANDBOX_COLUMNS, [Result])
    })
}
