import * as v from 'valibot'
import { defaultPageSize } from './assumptions.ts'
import { integer } from './fields.ts'

export const pageFields = {
  PageNumber: v.optional(integer(1, 1e9), 1),
  PageSize: v.optional(integer(0, 100), defaultPageSize),
}

/** One page of a list, and the number of all items. */
export function pageOf(items: readonly object[], { PageNumber, PageSize }: { PageNumber: number; PageSize: number }) {
  return { Items: items.slice((PageNumber - 1) * PageSize, PageNumber * PageSize), Total: items.length }
}
