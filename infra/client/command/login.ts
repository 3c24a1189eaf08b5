import type { Command } from 'commander'
import { createClient } from '../client.ts'
import { DEFAULT_URL } from '../connection.ts'
import { EcsManagerError } from '../error.ts'
import { askSecret, readAll } from './ask.ts'
import { UsageError } from './failure.ts'
import { addNotes } from './help.ts'
import { readProfiles, writeProfiles } from './profile.ts'
import { DEFAULT_PROFILE, type GlobalOptions, keyFromOptions } from './settings.ts'
import { isInteractive, printable, type Terminal } from './terminal.ts'
import type { Tool } from './tool.ts'

const NOTES = {
  text: `The key is asked for, or read from standard input or --key-file. It is kept in a file that only you can read.`,
  examples: [
    'ecs-manager login --url https://gateway.example.com',
    'ecs-manager login --url https://gateway.example.com --profile staging < key.txt',
  ],
}

export function addLogin(program: Command, { terminal, signal }: Tool): void {
  addNotes(program.command('login'), NOTES)
    .description('Keep the address and the key of a service')
    .action(async (_flags: object, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const url = options.url ?? (terminal.env.ECS_MANAGER_URL || DEFAULT_URL)
      const key = (await keyFromOptions(terminal, options, signal)) ?? (await askForKey())
      const client = createClient({ url, key })
      const caller = await callerOf(client)
      const name = profileName(options, terminal)
      const profile = { url: client.url, ...(key && { key }) }
      const file = writeProfiles(terminal.env, { ...readProfiles(terminal), [name]: profile })
      terminal.stderr.write(`Logged in to ${client.url}${caller}. The profile ${name} is in ${file}\n`)
    })

  async function askForKey(): Promise<string> {
    if (isInteractive(terminal)) return askSecret(terminal, 'Key (empty if the service needs none):', signal)
    if (terminal.stdin.isTTY) throw new UsageError('The key would be shown as it is typed. Use --key-file.')
    return (await readAll(terminal, signal)).trim()
  }

  /** Checks the key. Returns whose it is. */
  async function callerOf({ call }: ReturnType<typeof createClient>): Promise<string> {
    try {
      const { ResponseMetadata } = await call('DescribeSandboxes', { MaxResults: 1 }, { signal })
      const name = ResponseMetadata.Caller?.Name
      return name ? ` as ${printable(name)}` : ''
    } catch (error) {
      // The key is right, but may not list sandboxes.
      if (error instanceof EcsManagerError && error.code === 'OperationDenied.Action') return ''
      throw error
    }
  }
}

export function addLogout(program: Command, { terminal }: Tool): void {
  program
    .command('logout')
    .description('Forget what login has kept')
    .action((_flags: object, command: Command) => {
      const name = profileName(command.optsWithGlobals<GlobalOptions>(), terminal)
      const { [name]: forgotten, ...others } = readProfiles(terminal)
      if (!forgotten) throw new UsageError(`There is no profile ${name}.`)
      writeProfiles(terminal.env, others)
      terminal.stderr.write(`The profile ${name} is deleted.\n`)
    })
}

const profileName = ({ profile }: GlobalOptions, { env }: Terminal) =>
  profile ?? (env.ECS_MANAGER_PROFILE || DEFAULT_PROFILE)
