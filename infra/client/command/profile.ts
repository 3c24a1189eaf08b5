import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { CommandError } from './failure.ts'
import type { Terminal } from './terminal.ts'

/** A service, and the key for it. */
export interface Profile {
  url: string
  key?: string | undefined
}

type Profiles = Record<string, Profile>

/** In the configuration folder of the user. */
export function profileFile(env: Terminal['env']): string {
  const home = env.HOME ?? homedir()
  const folder = env.XDG_CONFIG_HOME || (process.platform === 'win32' && env.APPDATA) || join(home, '.config')
  return join(folder, 'ecs-manager', 'profiles.json')
}

/** @throws {CommandError} if the file cannot be used */
export function readProfiles({ env, stderr }: Terminal): Profiles {
  const file = profileFile(env)
  let content: string
  try {
    content = readFileSync(file, 'utf8')
    // Windows has no such modes.
    const isOpen = process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0
    if (isOpen)
      stderr.write(`warning: other users may read ${file}, which has keys. Correct it with: chmod 600 ${file}\n`)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
  try {
    return JSON.parse(content)
  } catch {
    throw new CommandError(`${file} is not JSON. Delete it, and log in again.`)
  }
}

/** Only the user can read the file. It is replaced as a whole. */
export function writeProfiles(env: Terminal['env'], profiles: Profiles): string {
  const file = profileFile(env)
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const temporary = `${file}.${process.pid}`
  writeFileSync(temporary, `${JSON.stringify(profiles, null, 2)}\n`, { mode: 0o600 })
  chmodSync(temporary, 0o600)
  renameSync(temporary, file)
  return file
}
