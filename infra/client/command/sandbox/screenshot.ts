import { writeFileSync } from 'node:fs'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { UsageError } from '../failure.ts'
import { addNotes } from '../help.ts'
import { printJson } from '../output.ts'
import { withProgress } from '../progress.ts'
import type { Tool } from '../tool.ts'
import { addRoute, ROUTE_NOTE, type RouteFlags, routeOf } from './options.ts'

interface ScreenshotFlags extends RouteFlags {
  scale: number
  wait?: boolean
}

const NOTES = {
  text: ROUTE_NOTE,
  examples: [
    'ecs-manager sandbox screenshot i-b71370efe37d438191f6',
    'ecs-manager sandbox screenshot i-b71370efe37d438191f6 desktop.png --scale 0.5',
    'ecs-manager sandbox screenshot i-b71370efe37d438191f6 - | display',
  ],
}

export function addScreenshot(parent: Command, { terminal, signal, format, client }: Tool): void {
  const command = addNotes(parent.command('screenshot'), NOTES)
    .description('Save a picture of the desktop of a sandbox, as PNG')
    .argument('<id>', 'the sandbox')
    .argument('[file]', 'the file; - is standard output (default: <id>.png)')
    .addOption(
      new Option('--scale <factor>', 'size of the picture, above 0 and at most 1').default(1).argParser(readScale),
    )
    .option('--wait', 'wait until the desktop shows something')
  addRoute(command).action(async (id: string, file: string | undefined, flags: ScreenshotFlags, command: Command) => {
    if (file === '-' && terminal.stdout.isTTY) throw new UsageError('A picture cannot be written to a terminal.')
    const { scale, wait } = flags
    const { sandboxes } = await client(command, routeOf(flags, terminal.env))
    const { bytes, width, height } = await withProgress(terminal, async (show) => {
      show(`Looking at ${id}.`)
      const sandbox = sandboxes.withId(id)
      if (wait) await sandbox.ready({ signal, onProgress: ({ message }) => show(`${message} ${id}`) })
      await using desktop = await sandbox.desktop({ signal })
      return await desktop.screenshot({ scale, signal })
    })
    if (file === '-') {
      terminal.stdout.write(bytes)
      return
    }
    const target = file ?? `${id}.png`
    writeFileSync(target, bytes)
    if (format(command) === 'json') printJson(terminal, { SandboxId: id, File: target, Width: width, Height: height })
    else terminal.stdout.write(`${target}  ${width} x ${height}\n`)
  })
}

function readScale(text: string): number {
  const scale = Number(text)
  if (!(scale > 0 && scale <= 1)) throw new InvalidArgumentError('It must be above 0 and at most 1.')
  return scale
}
