import * as v from 'valibot'

// The parameters that several actions share, with their limits (parameter descriptions of the official CLI).

export const optionalString = v.optional(v.string())
export const optionalBoolean = v.optional(v.boolean())

export const integer = (from: number, to: number) => {
  const is = `it has to be a whole number from ${from} to ${to}`
  return v.pipe(v.number(is), v.integer(is), v.minValue(from, is), v.maxValue(to, is))
}

/** Letters, digits and `-`, none at the beginning; 2 to so many. */
export const name = (most: number) =>
  v.pipe(
    v.string(),
    v.regex(
      new RegExp(`^[A-Za-z\\d][A-Za-z\\d-]{1,${most - 1}}$`),
      `it has to be 2 to ${most} letters, digits and "-", the first one no "-"`,
    ),
  )

export const comments = v.optional(v.pipe(v.string(), v.maxLength(253, 'it may have 253 characters at most')))
