/** Seconds in the units that people choose from. */
export const UNITS = { minutes: 60, hours: 3_600, days: 86_400 } as const

export type Unit = keyof typeof UNITS

/** Lifetimes to choose from, in seconds. */
export const PRESETS = [900, 3_600, 28_800, 86_400, 604_800] as const

/** The shortest of them, in seconds from now, that ends later than a sandbox does (RFC 3339); else the longest. */
export function presetAfter(expireAt: string | undefined, now: number): number {
  const end = expireAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(expireAt)
  return PRESETS.find((preset) => now + preset * 1_000 > end) ?? PRESETS[PRESETS.length - 1] ?? 0
}

/** A lifetime as it is entered: the default of the service, a preset in seconds, or an amount of a unit. */
export type LifetimeChoice =
  | { kind: 'default' }
  | { kind: 'preset'; seconds: number }
  | { kind: 'other'; amount: string; unit: Unit }

/** LifetimeSeconds for a choice: `undefined` leaves it to the service, `NaN` is no lifetime. */
export function secondsOf(choice: LifetimeChoice): number | undefined {
  if (choice.kind === 'default') return undefined
  if (choice.kind === 'preset') return choice.seconds
  const text = choice.amount.trim().replace(',', '.')
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Math.round(Number(text) * UNITS[choice.unit]) : 0
  return seconds > 0 && Number.isSafeInteger(seconds) ? seconds : Number.NaN
}
