import { spawn } from 'node:child_process'
import type { Command } from 'commander'
import { CommandError } from '../failure.ts'
import { printJson } from '../output.ts'
import { printable, type Terminal } from '../terminal.ts'
import type { Tool } from '../tool.ts'

export function addOpen(parent: Command, { terminal, signal, format, client }: Tool): void {
  parent
    .command('open')
    .description('Print a link to the desktop of a sandbox, which opens it once')
    .argument('<id>', 'the sandbox')
    .option('--browser', 'open the link in a browser of this computer')
    .action(async (id: string, { browser }: { browser?: boolean }, command: Command) => {
      const { call } = await client(command)
      const { Result } = await call('DescribeSandboxTerminalUrl', { SandboxId: id }, { signal })
      const { Url } = Result
      if (format(command) === 'json') {
        printJson(terminal, Result)
      } else {
        if (Url === undefined)
          throw new CommandError('The service has no viewer: terminal.vnc_url_template is not set.')
        terminal.stdout.write(`${printable(Url)}\n`)
        if (Result.OsType === 'Windows') terminal.stdout.write(`${printable(Result.WindowsKey)}\n`)
      }
      if (browser && Url !== undefined) openBrowser(Url, terminal)
    })
}

const OPENERS: Partial<Record<NodeJS.Platform, readonly [program: string, ...args: string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}

/**
 * The link is visible in the list of processes for a moment. Its token opens one connection, which is that of the
 * browser.
 */
function openBrowser(url: string, { stderr }: Terminal): void {
  if (!/^https?:/.test(url)) throw new CommandError('The link is not for a browser.')
  const [program, ...args] = OPENERS[process.platform] ?? ['xdg-open']
  const child = spawn(program, [...args, url], { stdio: 'ignore', detached: true })
  child.once('error', () => stderr.write(`${program} cannot be started: open the link yourself.\n`))
  child.unref()
}
