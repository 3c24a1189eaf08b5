import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { limitOf, MARK } from './processes.ts'

/** The last lines of errors that are shown. */
const LINES = 3

/** How long after its end a process is listened to. */
const LAST_WORDS_MS = 200

/**
 * Starts a program in the machine with this folder. It bears the marks of the machine, ends when this process does,
 * however that is, and Ctrl-C in this one's terminal does not reach it.
 */
export function begin(
  program: string,
  args: string[],
  { machine, env, ...options }: SpawnOptions & { machine: string },
): ChildProcess {
  const command = [`--locks=${limitOf(machine)}:`, 'setpriv', '--pdeathsig', 'TERM', program, ...args]
  const child = spawn('prlimit', command, { ...options, env: { ...env, [MARK]: machine }, detached: true })
  child.on('error', () => {}) // the reason for the end of the server, and no loss elsewhere
  return child
}

/** Why a process ended, with the last that it said. Never rejects. */
export function reasonOf(child: ChildProcess): Promise<string> {
  const last: string[] = []
  if (child.stderr) {
    createInterface(child.stderr).on('line', (line) => {
      const words = line.replaceAll('(EE)', '').trim() // as X servers mark errors
      if (words !== '' && last.push(words) > LINES) last.shift()
    })
  }
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`))
    child.once('exit', (code, signal) => {
      const say = () => resolve(signal ? `was ended by ${signal}` : `ended with code ${code}: ${last.join(' ')}`)
      // What it said last may be on its way still. A child of its own that holds its pipes may hold them for ever.
      child.once('close', say)
      setTimeout(say, LAST_WORDS_MS)
    })
  })
}
