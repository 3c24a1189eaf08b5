import * as v from 'valibot'
import { mostPageSize } from './assumptions.ts'
import { integer } from './fields.ts'

/** veFaaS API reference, ListFunctions: a page holds 10 unless PageSize says otherwise. */
export const paging = {
  PageNumber: v.optional(integer(1), 1),
  PageSize: v.optional(integer(1, mostPageSize), 10),
}

/** One page of a list, numbered from 1; behind the last one they are empty. */
export function pageOf<T>(items: readonly T[], page: { PageNumber: number; PageSize: number }) {
  const start = (page.PageNumber - 1) * page.PageSize
  return { Items: items.slice(start, start + page.PageSize), Total: items.length }
}
