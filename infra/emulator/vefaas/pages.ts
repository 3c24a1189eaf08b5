import * as v from 'valibot'
import { maxPageSize } from './assumptions.ts'
import { integer } from './fields.ts'

/** The default page size is that of ListFunctions (veFaaS API reference). */
export const pageFields = {
  PageNumber: v.optional(integer(1), 1),
  PageSize: v.optional(integer(1, maxPageSize), 10),
}

/**
 * Filters and orders of lists whose names are not published. They are refused, because ignoring them would hide a
 * mistake of the client.
 */
export const unknownFilters = {
  Filters: v.optional(
    v.pipe(v.array(v.unknown()), v.maxLength(0, 'the emulator does not support filters of this list')),
  ),
  OrderBy: v.optional(v.never('the emulator only supports the default order of this list, the newest first')),
}

/** One page of a list, numbered from 1, and the number of all items. Pages after the last one are empty. */
export function pageOf<T>(items: readonly T[], page: { PageNumber: number; PageSize: number }) {
  const start = (page.PageNumber - 1) * page.PageSize
  return { Items: items.slice(start, start + page.PageSize), Total: items.length }
}
