import type { Command } from 'commander'
import { type Client, createClient } from '../client.ts'
import type { DesktopRoute } from '../desktop/access.ts'
import { type Format, formatOf } from './output.ts'
import { type GlobalOptions, readSettings } from './settings.ts'
import type { Terminal } from './terminal.ts'

/** What a command works with. */
export interface Tool {
  terminal: Terminal
  /** Aborted by Ctrl-C. */
  signal: AbortSignal
  /** Of the result. */
  format(command: Command): Format
  client(command: Command, desktop?: DesktopRoute): Promise<Client>
}

export function createTool(terminal: Terminal, signal: AbortSignal): Tool {
  return {
    terminal,
    signal,
    format: (command) => formatOf(command.optsWithGlobals<GlobalOptions>().output, terminal),
    async client(command, desktop) {
      const { url, key } = await readSettings(terminal, command.optsWithGlobals<GlobalOptions>(), signal)
      return createClient({ url, key: key ?? '', ...(desktop && { desktop }) })
    },
  }
}
