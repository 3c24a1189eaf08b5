import * as v from 'valibot'

// Schemas of parameters that several actions share, with their limits (parameter descriptions of the official CLI).

export const optionalString = v.optional(v.string())
export const optionalBoolean = v.optional(v.boolean())

export const integer = (min: number, max: number) => {
  const message = `it must be an integer from ${min} to ${max}`
  return v.pipe(v.number(message), v.integer(message), v.minValue(min, message), v.maxValue(max, message))
}

/** 2 to `maxLength` letters, digits and `-`, not starting with `-`. */
export const resourceName = (maxLength: number) =>
  v.pipe(
    v.string(),
    v.regex(
      new RegExp(`^[A-Za-z\\d][A-Za-z\\d-]{1,${maxLength - 1}}$`),
      `it must be 2 to ${maxLength} letters, digits and "-", not starting with "-"`,
    ),
  )

export const comments = v.optional(v.pipe(v.string(), v.maxLength(253, 'it may have at most 253 characters')))
