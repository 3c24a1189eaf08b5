import type { Command } from 'commander'
import { printJson } from '../output.ts'
import { printable } from '../terminal.ts'
import type { Tool } from '../tool.ts'

export function addGet(parent: Command, { terminal, signal, format, client }: Tool): void {
  parent
    .command('get')
    .description('Show everything about a sandbox')
    .argument('<id>', 'the sandbox')
    .action(async (id: string, _flags: object, command: Command) => {
      const { sandboxes } = await client(command)
      const { description = {} } = await sandboxes.get(id, { signal })
      if (format(command) === 'json') return printJson(terminal, description)
      const entries = Object.entries(description)
      const width = Math.max(...entries.map(([name]) => name.length))
      for (const [name, value] of entries) terminal.stdout.write(`${name.padEnd(width)}  ${printable(String(value))}\n`)
    })
}
