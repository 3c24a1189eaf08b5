import * as v from 'valibot'
import { integer, stringMatching } from '../gateway/body-schemas.ts'
import { defaultPageSize } from './assumptions.ts'

// Schemas of parameters that several actions share, with their limits (parameter descriptions of the official CLI).

export const optionalString = v.optional(v.string())
export const optionalBoolean = v.optional(v.boolean())

/** 2 to `maxLength` letters, digits and `-`, not starting with `-`. */
export const resourceName = (maxLength: number) =>
  stringMatching(
    new RegExp(`^[A-Za-z\\d][A-Za-z\\d-]{1,${maxLength - 1}}$`),
    `2 to ${maxLength} letters, digits and "-", not starting with "-"`,
  )

export const comments = v.optional(v.pipe(v.string(), v.maxLength(253, 'it may have at most 253 characters')))

export const pageFields = {
  PageNumber: v.optional(integer(1, 1e9), 1),
  PageSize: v.optional(integer(0, 100), defaultPageSize),
}
