import { isCapable, printable, type Terminal, widthOf } from './terminal.ts'

/** Shows what the command is waiting for. */
export type ShowProgress = (text: string) => void

interface ProgressLine {
  show: ShowProgress
  /** Removes the line. */
  end(): void
}

const FRAMES = ['|', '/', '-', '\\']
const FRAME_MS = 120
const ERASE_LINE = '\r\u001b[2K'

/**
 * Shows progress on stderr during some work: one line that changes, plain lines on a dumb terminal, nothing if it is not a
 * terminal.
 */
export async function withProgress<T>(terminal: Terminal, work: (show: ShowProgress) => Promise<T>): Promise<T> {
  const line = startProgress(terminal)
  try {
    return await work((text) => line.show(printable(text)))
  } finally {
    line.end()
  }
}

function startProgress(terminal: Terminal): ProgressLine {
  const { stderr, env } = terminal
  if (!stderr.isTTY) return { show: () => {}, end: () => {} }
  return isCapable(stderr, env) ? startSpinner(terminal) : startLines(terminal)
}

function startLines({ stderr }: Terminal): ProgressLine {
  let last = ''
  return {
    show(text) {
      if (text !== last) stderr.write(`${text}\n`)
      last = text
    },
    end() {},
  }
}

function startSpinner({ stderr }: Terminal): ProgressLine {
  const started = Date.now()
  let text = ''
  let frame = 0
  let hasEnded = false
  const draw = () => {
    const seconds = Math.round((Date.now() - started) / 1_000)
    const line = `${FRAMES[frame++ % FRAMES.length]} ${seconds} s  ${text}`
    // A line that reaches the last column would wrap, and its first part could not be erased.
    stderr.write(ERASE_LINE + line.slice(0, widthOf(stderr) - 1))
  }
  const timer = setInterval(draw, FRAME_MS)
  return {
    show(next) {
      if (hasEnded) return
      text = next
      draw()
    },
    end() {
      hasEnded = true
      clearInterval(timer)
      stderr.write(ERASE_LINE)
    },
  }
}
