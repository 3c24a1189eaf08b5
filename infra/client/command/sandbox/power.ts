import type { Command } from 'commander'
import type { Duration } from '../../duration.ts'
import type { Sandbox } from '../../sandbox.ts'
import { endAfter, forEachId } from '../each.ts'
import { addNotes } from '../help.ts'
import { printJson, printTable } from '../output.ts'
import { formatTime } from '../time.ts'
import type { Tool } from '../tool.ts'
import { SANDBOX_COLUMNS } from './columns.ts'
import { addRoute, ROUTE_NOTE, type RouteFlags, routeOf, timeoutOption } from './options.ts'

interface PowerFlags extends RouteFlags {
  wait?: boolean
  desktop?: boolean
  timeout: Duration
}

interface PowerCommand {
  name: 'stop' | 'start' | 'reboot'
  description: string
  /** What became of a sandbox, for the progress. */
  done: string
  wait: string
  /** Whether there is a desktop to wait for. */
  hasDesktop: boolean
}

const COMMANDS: readonly PowerCommand[] = [
  {
    name: 'stop',
    description: 'Shut sandboxes down, and keep their disks',
    done: 'stopped',
    wait: 'wait until they are STOPPED',
    hasDesktop: false,
  },
  {
    name: 'start',
    description: 'Boot sandboxes that are STOPPED',
    done: 'started',
    wait: 'wait until their desktops show something',
    hasDesktop: true,
  },
  {
    name: 'reboot',
    description: 'Restart the operating systems of sandboxes',
    done: 'restarted',
    wait: 'wait until their desktops show something',
    hasDesktop: true,
  },
]

export function addPower(parent: Command, tool: Tool): void {
  for (const command of COMMANDS) addPowerCommand(parent, tool, command)
}

function addPowerCommand(parent: Command, { terminal, signal, format, client }: Tool, power: PowerCommand): void {
  const { name, description, done, wait, hasDesktop } = power
  const added = parent
    .command(name)
    .description(description)
    .argument('<ids...>', 'the sandboxes')
    .option('--wait', wait)
  if (hasDesktop) {
    added.option('--no-desktop', 'with --wait: only until the machines are RUNNING')
    addNotes(addRoute(added), { text: ROUTE_NOTE })
  }
  added.addOption(timeoutOption()).action(async (ids: string[], flags: PowerFlags, command: Command) => {
    const { sandboxes } = await client(command, routeOf(flags, terminal.env))
    const outcomes = await forEachId({ terminal, signal }, ids, done, async (id) => {
      const sandbox = sandboxes.withId(id)
      const Status = await sandbox[name]({ signal })
      if (flags.wait) await waitFor(sandbox, power, flags, signal)
      const ExpireAt = formatTime(sandbox.expiresAt)
      return { Status: flags.wait ? sandbox.status : Status, ...(ExpireAt && { ExpireAt }) }
    })
    if (format(command) === 'json') printJson(terminal, outcomes)
    else {
      const changed = outcomes.filter((outcome) => 'Status' in outcome)
      if (changed.length > 0) printTable(terminal.stdout, terminal.env, SANDBOX_COLUMNS, changed)
    }
    endAfter(outcomes, signal)
  })
}

async function waitFor(
  sandbox: Sandbox,
  { hasDesktop }: PowerCommand,
  flags: PowerFlags,
  signal: AbortSignal,
): Promise<void> {
  const { timeout, desktop } = flags
  if (hasDesktop) await sandbox.ready({ desktop, timeout, signal })
  else await sandbox.waitUntil('STOPPED', { timeout, signal })
}
