import { invalidArgument } from './error.ts'

/** A number of seconds, or a number with its unit: `90s`, `30m`, `2h`, `7d`. */
export type Duration = number | `${number}${'s' | 'm' | 'h' | 'd'}`

const SECONDS: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 }

/** Returns seconds. @throws {EcsManagerError} `InvalidArgument` */
export function parseDuration(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(text) ?? []
  if (number === undefined) {
    throw invalidArgument(`"${text}" is not a duration. Use a number of seconds, or for example 90s, 30m, 2h or 7d.`)
  }
  return Number(number) * (SECONDS[unit ?? ''] ?? 1)
}

/** @throws {EcsManagerError} `InvalidArgument` */
export function toMilliseconds(duration: Duration): number {
  return 1_000 * parseDuration(String(duration))
}

/**
 * The lifetime of a sandbox in whole seconds. It is never 0, which would mean that the sandbox has no end.
 * @throws {EcsManagerError} `InvalidArgument`
 */
export function toLifetimeSeconds(lifetime: Duration): number {
  const seconds = Math.round(parseDuration(String(lifetime)))
  if (seconds < 1) throw invalidArgument('A lifetime must be at least one second.')
  return seconds
}
