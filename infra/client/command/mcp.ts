import type { Command } from 'commander'
import { addNotes } from './help.ts'
import { printJson } from './output.ts'
import { type GlobalOptions, readSettings } from './settings.ts'
import type { Tool } from './tool.ts'

const PLACEHOLDER = `\${ECS_MANAGER_KEY}`

const NOTES = {
  text: `Many clients replace ${PLACEHOLDER} by the variable of the environment. For others, --show-key prints the key itself.`,
  examples: ['ecs-manager mcp config > .mcp.json'],
}

export function addMcp(program: Command, { terminal, signal }: Tool): void {
  const mcp = program.command('mcp').description('Tools for agents (Model Context Protocol)')
  addNotes(mcp.command('config'), NOTES)
    .description('Print what a client of the Model Context Protocol needs')
    .option('--show-key', 'print the key too')
    .action(async ({ showKey }: { showKey?: boolean }, command: Command) => {
      const { url, key } = await readSettings(terminal, command.optsWithGlobals<GlobalOptions>(), signal)
      const headers = key && { headers: { Authorization: `Bearer ${showKey ? key : PLACEHOLDER}` } }
      const desktops = { type: 'http', url: `${url.replace(/\/+$/, '')}/mcp`, ...headers }
      printJson(terminal, { mcpServers: { desktops } })
    })
}
