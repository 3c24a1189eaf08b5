import { createHash } from 'node:crypto'
import type { ApiCall } from '../openapi/gateway.ts'
import { invalidNextToken } from './assumptions.ts'

/** ECS API reference, DescribeInstances and DescribeTags: a page holds 10 unless MaxResults says otherwise. */
export const defaultMaxResults = 10

/** Where a page starts: behind this place. Places grow along a list and stay what they are when others come and go. */
export type Place = readonly [number: number, within: number]

/**
 * Reads NextToken: it carries the place of the last item shown, and a mark of the query, since going on with another query
 * would skip or repeat items.
 * @throws ApiError 400 when no page of this query has returned it
 */
export function readNextToken(token: string | undefined, call: ApiCall): Place {
  if (token === undefined) return [0, 0]
  const [, number, within, mark] =
    /^(\d{1,15})\.(\d{1,15})\.([\w-]+)$/.exec(Buffer.from(token, 'base64url').toString()) ?? []
  if (mark !== markOf(call)) throw invalidNextToken()
  return [Number(number), Number(within)]
}

export function writeNextToken([number, within]: Place, call: ApiCall): string {
  return Buffer.from(`${number}.${within}.${markOf(call)}`).toString('base64url')
}

/** MaxResults may change from page to page, all else is the query. */
function markOf({ action, region, params }: ApiCall): string {
  const query = Object.entries(params).filter(
    ([name, value]) => name !== 'NextToken' && name !== 'MaxResults' && value !== '',
  )
  const sorted = query.sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256')
    .update(JSON.stringify([action, region, sorted]))
    .digest('base64url')
    .slice(0, 16)
}
