/** Reads the value of a flag for a number from 0 to `max`. @throws RangeError that names the flag */
export function readNumber(flag: string, text: string, max = Number.POSITIVE_INFINITY): number {
  const value = numberOf(text)
  if (value <= max) return value
  const range = max === Number.POSITIVE_INFINITY ? 'of 0 or more' : `from 0 to ${max}`
  throw new RangeError(`${flag} is ${JSON.stringify(text)}, not a number ${range}`)
}

/** Reads the value of a flag for a port; 0 is one. @throws RangeError that names the flag */
export function readPort(flag: string, text: string): number {
  const value = numberOf(text)
  if (Number.isInteger(value) && value <= 65_535) return value
  throw new RangeError(`${flag} is ${JSON.stringify(text)}, not a port from 0 to 65535`)
}

/** NaN for a text that is not a number of 0 or more. */
function numberOf(text: string): number {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
}
