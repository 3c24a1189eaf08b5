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
  const lines: string[] = []
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  for (const input of [child.stdout, child.stderr]) {
    if (input) createInterface({ input }).on('line', (line) => lines.push(line))
  }
  if ((await ended) !== 0) throw new LocalError(`serverless deploy --stage local failed:\n${lines.join('\n').trim()}`)
}

/** Deploys each function again whenever its source changes, until the process it returns is ended. */
export function watch(environment: Environment, onLine: (line: string) => void): ChildProcess {
  const child = serverless(['watch', '--stage', 'local'], environment)
  for (const input of [child.stdout, child.stderr]) {
    if (input) createInterface({ input }).on('line', onLine)
  }
  return child
}

/** Runs the serverless command, with nothing of the service's own variables but what it is given. */
function serverless(args: string[], environment: Environment): ChildProcess {
  const program = createRequire(import.meta.url).resolve('serverless/bin/serverless.js')
  const others = Object.entries(process.env).filter(([name]) => !/^(ECS_MANAGER|VOLCENGINE_)/.test(name))
  return spawn(process.execPath, [program, ...args], {
    cwd: project,
    env: { ...Object.fromEntries(others), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}
