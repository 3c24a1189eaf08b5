import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Environment } from './environment.ts'
import { LocalError } from './error.ts'

export const project = join(import.meta.dirname, '../..')

/** Deploys this service to the stage `local`, as anybody would. Throws LocalError with what the deployment said. */
export async function deploy(environment: Environment): Promise<void> {
  const child = serverless(['deploy', '--stage', 'local'], environment)
  const said: string[] = []
  const ended = new Promise<number | null>((resolve, reject) => child.on('close', resolve).on('error', reject))
  for (const input of [child.stdout, child.stderr]) {
    if (input) createInterface({ input }).on('line', (line) => said.push(line))
  }
  if ((await ended) !== 0) throw failed('deploy', said)
}

/**
 * The same, and each function again whenever its source changes, until it is ended. `onLine` gets what it says from then
 * on. Throws LocalError.
 */
export async function deployAndWatch(
  environment: Environment,
  onLine: (line: string) => void,
): Promise<{ end: () => void }> {
  const child = serverless(['watch', '--stage', 'local'], environment)
  const said: string[] = []
  let isWatching = false
  let isEnding = false
  await new Promise<void>((resolve, reject) => {
    for (const input of [child.stdout, child.stderr]) {
      if (!input) continue
      createInterface({ input }).on('line', (line) => {
        if (isWatching) onLine(line)
        else said.push(line)
        if (!line.startsWith('Watching')) return
        isWatching = true
        resolve()
      })
    }
    child.on('error', reject)
    child.on('close', () => {
      reject(failed('watch', said))
      if (isWatching && !isEnding) onLine('serverless watch has ended: what changes from now on needs a new start')
    })
  })
  return {
    end: () => {
      isEnding = true
      child.kill()
    },
  }
}

function failed(command: string, said: string[]): LocalError {
  return new LocalError(`serverless ${command} --stage local failed:\n${said.join('\n').trim()}`)
}

/** Runs the serverless command, with nothing of the service's own variables but what it is given. */
function serverless(args: string[], environment: Environment): ChildProcess {
  const program = createRequire(import.meta.url).resolve('serverless/bin/serverless.js')
  const others = Object.entries(process.env).filter(([name]) => !/^(ECS_MANAGER|VOLCENGINE_)/.test(name))
  const child = spawn(process.execPath, [program, ...args], {
    cwd: project,
    env: { ...Object.fromEntries(others), ...environment },
    // By the channel a command that goes on for ever notices that this process is gone, however it ended.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const end = () => child.kill()
  process.once('exit', end)
  child.once('close', () => process.off('exit', end))
  return child
}
