import { readFileSync } from 'node:fs'
import { DEFAULT_URL } from '../connection.ts'
import { readAll } from './ask.ts'
import { UsageError } from './failure.ts'
import type { Format } from './output.ts'
import { readProfiles } from './profile.ts'
import type { Terminal } from './terminal.ts'

/** The options that every command has. */
export interface GlobalOptions {
  output?: Format
  url?: string
  key?: string
  keyFile?: string
  profile?: string
}

export interface Settings {
  url: string
  key: string | undefined
}

export const DEFAULT_PROFILE = 'default'

/**
 * Finds the address and the key. Options come first, then the profile if an option names it, then the environment,
 * then the profile, then `npm start`. The key of a profile is used only for the address of the profile.
 */
export async function readSettings(terminal: Terminal, options: GlobalOptions, signal: AbortSignal): Promise<Settings> {
  const { env } = terminal
  const name = options.profile ?? (env.ECS_MANAGER_PROFILE || undefined)
  const profile = readProfiles(terminal)[name ?? DEFAULT_PROFILE]
  if (name !== undefined && !profile) {
    throw new UsageError(`There is no profile ${name}. Create it with: ecs-manager login --profile ${name}`)
  }
  const fromEnvironment = options.profile === undefined
  const url = options.url ?? ((fromEnvironment && env.ECS_MANAGER_URL) || profile?.url) ?? DEFAULT_URL
  const key =
    (await keyFromOptions(terminal, options, signal)) ?? ((fromEnvironment && env.ECS_MANAGER_KEY) || undefined)
  return { url, key: key ?? (isSame(url, profile?.url) ? profile?.key : undefined) }
}

/** Reads the key that an option names. @throws the system's error if its file cannot be read */
export async function keyFromOptions(
  terminal: Terminal,
  { key, keyFile }: GlobalOptions,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (key !== undefined) {
    const advice = 'Use ECS_MANAGER_KEY, --key-file or ecs-manager login instead.'
    terminal.stderr.write(
      `warning: everybody on this computer can see the value of --key while the command runs. ${advice}\n`,
    )
    return key
  }
  if (keyFile === undefined) return undefined
  return (keyFile === '-' ? await readAll(terminal, signal) : readFileSync(keyFile, 'utf8')).trim()
}

function isSame(url: string, other: string | undefined): boolean {
  return other !== undefined && URL.canParse(url) && URL.canParse(other) && new URL(url).href === new URL(other).href
}
