import { readFileSync } from 'node:fs'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Duration } from '../../duration.ts'
import { EcsManagerError } from '../../error.ts'
import { randomId } from '../../random-id.ts'
import type { Sandbox } from '../../sandbox.ts'
import type { CreateOptions, Sandboxes } from '../../sandboxes.ts'
import type { Progress } from '../../wait.ts'
import { addNotes } from '../help.ts'
import { printJson, printTable } from '../output.ts'
import { withProgress } from '../progress.ts'
import { printable } from '../terminal.ts'
import { formatTime } from '../time.ts'
import type { Tool } from '../tool.ts'
import { type Row, SANDBOX_COLUMNS } from './columns.ts'
import { addRoute, ROUTE_NOTE, type RouteFlags, readLifetime, routeOf, timeoutOption } from './options.ts'

interface CreateFlags extends RouteFlags {
  name?: string
  lifetime: Duration
  os?: 'Linux' | 'Windows'
  type?: string
  zone?: string
  image?: string
  userData?: string
  tag?: { key: string; value: string }
  clientToken?: string
  wait?: boolean
  desktop: boolean
  timeout: Duration
}

const NOTES = {
  text: ROUTE_NOTE,
  examples: [
    'ecs-manager sandbox create --name agent-1 --lifetime 30m --wait',
    'ID=$(ecs-manager sandbox create | jq -r .SandboxId)',
  ],
}

export function addCreate(parent: Command, { terminal, signal, format, client }: Tool): void {
  const command = addNotes(parent.command('create'), NOTES)
    .description('Create a sandbox')
    .option('--name <name>', 'the machine is called sandbox-<name>')
    .addOption(new Option('--lifetime <duration>', 'time to its end').default('1h').argParser(readLifetime))
    .addOption(new Option('--os <system>', 'operating system').choices(['Linux', 'Windows']))
    .option('--type <type>', 'type of the machine, such as ecs.g3i.large')
    .option('--zone <zone>', 'zone of the machine')
    .option('--image <id>', 'image that the machine boots from')
    .option('--user-data <file>', 'a script for cloud-init')
    .addOption(new Option('--tag <key=value>', 'one more tag on the machine').argParser(readTag))
    .option('--client-token <token>', 'creations with the same token create one machine')
    .option('--wait', 'wait until its desktop shows something')
    .option('--no-desktop', 'with --wait: only until the machine is RUNNING')
    .addOption(timeoutOption())
  addRoute(command).action(async (flags: CreateFlags, command: Command) => {
    const { sandboxes } = await client(command, routeOf(flags, terminal.env))
    const sandbox = await create(sandboxes, flags)
    if (flags.wait) await waitFor(sandbox, flags)
    const row: Row = { SandboxId: sandbox.id, ...sandbox.description }
    const ExpireAt = formatTime(sandbox.expiresAt)
    if (ExpireAt) row.ExpireAt = ExpireAt
    if (format(command) === 'json') printJson(terminal, row)
    else printTable(terminal.stdout, terminal.env, SANDBOX_COLUMNS, [row])
  })

  async function create(sandboxes: Sandboxes, flags: CreateFlags): Promise<Sandbox> {
    const clientToken = flags.clientToken ?? randomId()
    try {
      return await withProgress(terminal, async (show) => {
        show('Creating.')
        return sandboxes.create({ ...toOptions(flags), clientToken, signal })
      })
    } catch (error) {
      const isUnknown = signal.aborted || (error instanceof EcsManagerError && error.mayBeDone)
      if (isUnknown) {
        terminal.stderr.write(
          `A sandbox may have been created. To get it, repeat the command with --client-token ${printable(clientToken)}. If nobody does, it ends after its lifetime.\n`,
        )
      }
      throw error
    }
  }

  async function waitFor(sandbox: Sandbox, { desktop, timeout }: CreateFlags): Promise<void> {
    try {
      await withProgress(terminal, (show) => {
        const onProgress = ({ message }: Progress) => show(`${message} ${sandbox.id}`)
        return sandbox.ready({ desktop, timeout, signal, onProgress })
      })
    } catch (error) {
      // It exists, and costs money until its end.
      terminal.stderr.write(
        `Sandbox ${printable(sandbox.id)} was created. It ends at ${formatTime(sandbox.expiresAt)}.\n`,
      )
      throw error
    }
  }
}

function toOptions({ name, lifetime, os, type, zone, image, userData, tag }: CreateFlags): CreateOptions {
  return {
    name,
    lifetime,
    os,
    instanceType: type,
    zoneId: zone,
    imageId: image,
    userData: userData && readFileSync(userData).toString('base64'),
    tag,
  }
}

function readTag(text: string): { key: string; value: string } {
  const [, key, value] = /^([^=]+)=(.+)$/.exec(text) ?? []
  if (!key || !value) throw new InvalidArgumentError('It must be like team=research.')
  return { key, value }
}
