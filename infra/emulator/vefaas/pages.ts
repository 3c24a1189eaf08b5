import * as v from 'valibot'
import { maxPageSize } from './assumptions.ts'
import { integer } from './fields.ts'

/** veFaaS API reference, ListFunctions: a page holds 10 unless PageSize says otherwise. */
export const pageFields = {
  PageNumber: v.optional(integer(1), 1),
  PageSize: v.optional(integer(1, maxPageSize), 10),
}

/**
 * Filters and orders of lists whose names are not published. They are refused: one that changed nothing would hide a
 * client's mistake.
 */
export const unknownFilters = {
  Filters: v.optional(v.pipe(v.array(v.unknown()), v.maxLength(0, 'the emulator knows no filters of this list'))),
  OrderBy: v.optional(v.never('the emulator knows no other order of this list than the newest first')),
}

/** One page of a list, numbered from 1; behind the last one they are empty. */
export function pageOf<T>(items: readonly T[], page: { PageNumber: number; PageSize: number }) {
  const start = (page.PageNumber - 1) * page.PageSize
  return { Items: items.slice(start, start + page.PageSize), Total: items.length }
}
