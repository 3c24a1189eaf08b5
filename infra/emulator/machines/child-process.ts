import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { lockLimitOf, MARK } from './marked-processes.ts'

/** Number of error lines in a reason: the last ones. */
const MAX_REASON_LINES = 3

/** After the exit of a process, its error output is still read for this time. */
const READ_AFTER_EXIT_MS = 200

/**
 * Starts a program in the machine with this folder. The process has the marks of the machine. It gets SIGTERM when this
 * process ends for any reason. Ctrl-C in the terminal of this process does not reach it.
 */
export function startProcess(
  program: string,
  args: string[],
  { machine, env, ...options }: SpawnOptions & { machine: string },
): ChildProcess {
  const command = [`--locks=${lockLimitOf(machine)}:`, 'setpriv', '--pdeathsig', 'TERM', program, ...args]
  const child = spawn('prlimit', command, { ...options, env: { ...env, [MARK]: machine }, detached: true })
  child.on('error', () => {}) // exitReason() reports it
  return child
}

/** Resolves with the reason why a process exited, including its last error output. Never rejects. */
export function exitReason(child: ChildProcess): Promise<string> {
  const lastLines: string[] = []
  if (child.stderr) {
    createInterface(child.stderr).on('line', (line) => {
      const text = line.replaceAll('(EE)', '').trim() // X servers mark errors with it
      if (text === '') return
      lastLines.push(text)
      if (lastLines.length > MAX_REASON_LINES) lastLines.shift()
    })
  }
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`))
    child.once('exit', (code, signal) => {
      const report = () =>
        resolve(signal ? `was killed by ${signal}` : `exited with code ${code}: ${lastLines.join(' ')}`)
      // The last output may arrive after the exit. Do not wait for 'close' only: a child of the process may keep its
      // pipes open forever.
      child.once('close', report)
      setTimeout(report, READ_AFTER_EXIT_MS)
    })
  })
}
