import { createInterface } from 'node:readline/promises'
import { addAbortSignal, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Output, Terminal } from './terminal.ts'

/** Asks somebody at a terminal. Returns whether the answer is yes. */
export async function confirm({ stdin, stderr }: Terminal, question: string, signal: AbortSignal): Promise<boolean> {
  const answer = await readLine(stdin, passOn(stderr), `${question} [y/N] `, signal)
  return /^y(es)?$/i.test(answer.trim())
}

/** Reads a secret from a terminal, which does not show it. */
export async function askSecret({ stdin, stderr }: Terminal, question: string, signal: AbortSignal): Promise<string> {
  stderr.write(`${question} `)
  const answer = await readLine(stdin, passOn({ write: () => {} }), '', signal)
  stderr.write('\n')
  return answer.trim()
}

/** Reads standard input to its end. */
export const readAll = ({ stdin }: Terminal, signal: AbortSignal): Promise<string> =>
  text(addAbortSignal(signal, stdin))

function passOn(output: Output): Writable {
  return new Writable({
    write(chunk, _encoding, done) {
      output.write(chunk)
      done()
    },
  })
}

/** The terminal is in raw mode meanwhile: the output echoes, and Ctrl-C is a key, not a signal. */
async function readLine(
  stdin: Terminal['stdin'],
  output: Writable,
  prompt: string,
  signal: AbortSignal,
): Promise<string> {
  const lines = createInterface({ input: stdin, output, terminal: true })
  const closed = new AbortController()
  lines.once('SIGINT', () => closed.abort())
  lines.once('close', () => closed.abort())
  try {
    return await lines.question(prompt, { signal: AbortSignal.any([signal, closed.signal]) })
  } finally {
    lines.close()
  }
}
