import type { Readable } from 'node:stream'

/** What the command reads and writes: the process, or what a test puts in its place. */
export interface Terminal {
  stdin: Readable & { isTTY?: boolean }
  stdout: Output
  stderr: Output
  env: Record<string, string | undefined>
}

export interface Output {
  isTTY?: boolean
  columns?: number
  write(data: string | Uint8Array): unknown
}

const DEFAULT_WIDTH = 80

/** The width of a terminal; unlimited if it is a file or a pipe. */
export function widthOf({ isTTY, columns }: Output): number {
  return isTTY ? columns || DEFAULT_WIDTH : Number.POSITIVE_INFINITY
}

/** Whether an output can move its cursor. */
export function isCapable({ isTTY }: Output, { TERM }: Terminal['env']): boolean {
  return isTTY === true && TERM !== 'dumb'
}

/** Whether an output shows colours (no-color.org). */
export function hasColours(output: Output, env: Terminal['env']): boolean {
  return isCapable(output, env) && !env.NO_COLOR
}

/** Whether somebody can be asked. */
export const isInteractive = ({ stdin, stderr }: Terminal) => stdin.isTTY === true && stderr.isTTY === true

/** A text of the service without characters that control a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones
export const printable = (text: string) => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?')
