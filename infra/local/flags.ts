import { type ParseArgsConfig, parseArgs } from 'node:util'
import { LocalError } from './error.ts'

/** Reads a command line. Throws LocalError, in one line that says how to see what there is. */
export function parseFlags<Config extends ParseArgsConfig>(config: Config) {
  try {
    return parseArgs(config)
  } catch (cause) {
    const [reason] = (cause as Error).message.split(/\.\s/)
    throw new LocalError(`${reason}; npm start -- --help shows what there is`, { cause })
  }
}

/** Reads the value of a flag that is a port, 0 to 65535. Throws LocalError. */
export function port(flag: string, text: string): number {
  const value = number(flag, text, 65_535)
  if (!Number.isInteger(value)) throw new LocalError(`${flag} must be a whole number`)
  return value
}

/** Reads the value of a flag that is a number from 0 to `max`. Throws LocalError. */
export function number(flag: string, text: string, max: number): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (!(value <= max)) throw new LocalError(`${flag} must be a number from 0 to ${max}`)
  return value
}
