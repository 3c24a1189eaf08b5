import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Variables } from './environment.ts'
import { LocalError } from './error.ts'

export const projectFolder = join(import.meta.dirname, '../..')

/** Runs `serverless deploy --stage local`. Throws LocalError with its output if it fails. */
export async function deployOnce(variables: Variables): Promise<void> {
  const child = startServerless(['deploy', '--stage', 'local'], variables)
  const output: string[] = []
  onLines(child, (line) => output.push(line))
  const code = await new Promise<number | null>((resolve, reject) => child.on('close', resolve).on('error', reject))
  if (code !== 0) throw failure('deploy', output)
}

/**
 * Runs `serverless watch --stage local`, which deploys the service, and each function again whenever its source changes.
 * Resolves after the first deployment; `onLine` gets the output after that. Throws LocalError with the output if it fails.
 */
export async function deployAndWatch(
  variables: Variables,
  onLine: (line: string) => void,
): Promise<{ stop: () => void }> {
  const child = startServerless(['watch', '--stage', 'local'], variables)
  const output: string[] = []
  let isWatching = false
  let isStopping = false
  await new Promise<void>((resolve, reject) => {
    onLines(child, (line) => {
      if (isWatching) onLine(line)
      else output.push(line)
      if (!line.startsWith('Watching')) return
      isWatching = true
      resolve()
    })
    child.on('error', reject)
    child.on('close', () => {
      reject(failure('watch', output))
      if (isWatching && !isStopping) onLine('serverless watch has exited: to deploy later changes, restart npm start')
    })
  })
  return {
    stop: () => {
      isStopping = true
      child.kill()
    },
  }
}

function failure(command: string, output: string[]): LocalError {
  return new LocalError(`serverless ${command} --stage local failed:\n${output.join('\n').trim()}`)
}

function onLines(child: ChildProcess, onLine: (line: string) => void): void {
  for (const input of [child.stdout, child.stderr]) {
    if (input) createInterface({ input }).on('line', onLine)
  }
}

/** Starts the serverless command. Of the variables of this service, it gets only the given ones. */
function startServerless(args: string[], variables: Variables): ChildProcess {
  const program = createRequire(import.meta.url).resolve('serverless/bin/serverless.js')
  const others = Object.entries(process.env).filter(([name]) => !/^(ECS_MANAGER|VOLCENGINE_)/.test(name))
  const child = spawn(process.execPath, [program, ...args], {
    cwd: projectFolder,
    env: { ...Object.fromEntries(others), ...variables },
    // Through the channel, `watch` notices when this process ends for any reason.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const stop = () => child.kill()
  process.once('exit', stop)
  child.once('close', () => process.off('exit', stop))
  return child
}
