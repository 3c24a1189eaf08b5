/** The units of a custom lifetime, in seconds. */
export const UNITS = { minutes: 60, hours: 3_600, days: 86_400 } as const

export type Unit = keyof typeof UNITS

/** Suggested lifetimes, in seconds. */
export const PRESETS = [900, 3_600, 28_800, 86_400, 604_800] as const

/** Returns the shortest preset that, from now, ends after `expireAt` (RFC 3339); if there is none, the longest. */
export function presetAfter(expireAt: string | undefined, now: number): number {
  const expiry = expireAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(expireAt)
  return PRESETS.find((preset) => now + preset * 1_000 > expiry) ?? Math.max(...PRESETS)
}

/** What the user chooses in the form: the default of the service, a preset in seconds, or another lifetime. */
export type LifetimeChoice =
  | { kind: 'default' }
  | { kind: 'preset'; seconds: number }
  | { kind: 'other'; amount: string; unit: Unit }

/** Returns LifetimeSeconds for a choice: `undefined` for the default of the service, `NaN` if the input is invalid. */
export function secondsOf(choice: LifetimeChoice): number | undefined {
  if (choice.kind === 'default') return undefined
  if (choice.kind === 'preset') return choice.seconds
  const text = choice.amount.trim().replace(',', '.')
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Math.round(Number(text) * UNITS[choice.unit]) : 0
  return seconds > 0 && Number.isSafeInteger(seconds) ? seconds : Number.NaN
}
