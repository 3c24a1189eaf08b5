import { readFileSync } from 'node:fs'
import { Command, Option } from 'commander'
import { addCall } from './call.ts'
import { addCompletion } from './completion.ts'
import { addNotes, helpWidth } from './help.ts'
import { addLogin, addLogout } from './login.ts'
import { addMcp } from './mcp.ts'
import { addCreate } from './sandbox/create.ts'
import { addDelete } from './sandbox/delete.ts'
import { addGet } from './sandbox/get.ts'
import { addList } from './sandbox/list.ts'
import { addOpen } from './sandbox/open.ts'
import { addPower } from './sandbox/power.ts'
import { addRenew } from './sandbox/renew.ts'
import { addScreenshot } from './sandbox/screenshot.ts'
import { type Terminal, widthOf } from './terminal.ts'
import { createTool } from './tool.ts'

const NOTES = {
  text: `Without settings, the commands use http://127.0.0.1:8102, which is npm start. ECS_MANAGER_URL, ECS_MANAGER_KEY and
ECS_MANAGER_PROFILE replace the options. The exit code is 0, 1 after a failure, and 2 after a wrong use.`,
  examples: [
    'ecs-manager sandbox create --name agent-1 --lifetime 30m --wait',
    'ecs-manager sandbox list --status RUNNING',
    'ecs-manager sandbox screenshot i-b71370efe37d438191f6 desktop.png',
    'ecs-manager sandbox delete --all --older-than 2d',
  ],
}

/** Also in a narrow column, text is easier to read if it is wrapped between words. */
const MIN_WRAP = 10

/** The command with all its subcommands. */
export function createProgram(terminal: Terminal, signal: AbortSignal): Command {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  const program = new Command('ecs-manager')
    .description('Cloud desktops for computer-use agents')
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
      getOutHelpWidth: () => helpWidth(widthOf(terminal.stdout)),
      getErrHelpWidth: () => helpWidth(widthOf(terminal.stderr)),
    })
    .configureHelp({ showGlobalOptions: true, minWidthToWrap: MIN_WRAP, subcommandTerm: nameAndAlias })
    .showHelpAfterError('(--help shows how to use it)')
    .addOption(new Option('-o, --output <format>', 'table, or json as to a pipe').choices(['json', 'table']))
    .option('--url <url>', 'address of the service')
    .option('--key-file <file>', 'a file with the key; - is standard input')
    .option('--key <key>', 'the key itself, which others can see in the list of processes')
    .option('--profile <name>', 'a profile of ecs-manager login')

  addNotes(program, NOTES)

  const tool = createTool(terminal, signal)
  const sandbox = program.command('sandbox').description('Create, list, use and delete sandboxes')
  for (const add of [addList, addCreate, addGet, addOpen, addScreenshot, addRenew, addPower, addDelete])
    add(sandbox, tool)
  for (const add of [addLogin, addLogout, addMcp, addCall, addCompletion]) add(program, tool)
  return program
}

const nameAndAlias = (command: Command) => [command.name(), ...command.aliases()].join(', ')
