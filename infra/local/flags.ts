import { type ParseArgsConfig, parseArgs } from 'node:util'
import { LocalError } from './error.ts'

/** Parses a command line. Throws LocalError, whose message is one line and mentions --help. */
export function parseFlags<Config extends ParseArgsConfig>(config: Config) {
  try {
    return parseArgs(config)
  } catch (cause) {
    const [reason] = (cause as Error).message.split(/\.\s/)
    throw new LocalError(`${reason}; npm start -- --help lists the options`, { cause })
  }
}

/** Reads the value of a flag for a port, 0 to 65535. @throws {LocalError} */
export function readPort(flag: string, text: string): number {
  const value = readNumber(flag, text, 65_535)
  if (!Number.isInteger(value)) throw new LocalError(`${flag} must be a whole number`)
  return value
}

/** Reads the value of a flag for a number from 0 to `max`. @throws {LocalError} */
export function readNumber(flag: string, text: string, max: number): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (!(value <= max)) throw new LocalError(`${flag} must be a number from 0 to ${max}`)
  return value
}
