import { readFileSync } from 'node:fs'
import { Argument, type Command } from 'commander'
import { ACTIONS, type Action, type ActionParameters } from '../actions.ts'
import { readAll } from './ask.ts'
import { UsageError } from './failure.ts'
import { addNotes } from './help.ts'
import { printJson } from './output.ts'
import type { Tool } from './tool.ts'

/** All others are texts, also if they look like numbers: ids may have more digits than a number. */
const NUMBERS = new Set(['LifetimeSeconds', 'MaxResults'])

const NOTES = {
  text: `Prints the whole answer as JSON.`,
  examples: [
    'ecs-manager call RenewSandbox SandboxId=i-b71370efe37d438191f6 LifetimeSeconds=3600',
    'ecs-manager call TeardownSandboxes --data \'{"SandboxIds":["i-b71370efe37d438191f6"]}\'',
  ],
}

export function addCall(program: Command, { terminal, signal, client }: Tool): void {
  addNotes(program.command('call'), NOTES)
    .description('Call any action of the API')
    .addArgument(new Argument('<action>', 'the action').choices(Object.keys(ACTIONS)))
    .argument('[parameters...]', 'as Name=value')
    .option('--data <json>', 'all parameters as JSON; @file reads a file, - standard input')
    .action(async (action: Action, pairs: string[], { data }: { data?: string }, command: Command) => {
      const given = data === undefined ? {} : parse(await readData(data))
      const parameters = { ...given, ...Object.fromEntries(pairs.map(readPair)) } as ActionParameters<Action>
      const { call } = await client(command)
      printJson(terminal, await call(action, parameters, { signal }))
    })

  async function readData(data: string): Promise<string> {
    if (data === '-') return readAll(terminal, signal)
    return data.startsWith('@') ? readFileSync(data.slice(1), 'utf8') : data
  }
}

function parse(text: string): object {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {
    // The same advice as for JSON of another type.
  }
  throw new UsageError('--data must be a JSON object.')
}

function readPair(text: string): [name: string, value: string | number] {
  const [, name, value] = /^(\w+)=(.*)$/s.exec(text) ?? []
  if (name === undefined || value === undefined) throw new UsageError(`"${text}" must be like Name=value.`)
  return [name, NUMBERS.has(name) && /^\d+$/.test(value) ? Number(value) : value]
}
