import { createHash } from 'node:crypto'
import type { ApiCall } from '../gateway/gateway.ts'
import { invalidNextToken } from './assumptions.ts'

/** ECS API reference, DescribeInstances and DescribeTags. */
export const defaultMaxResults = 10

/**
 * The position of the last item of a page: the next page starts after it. Positions increase along a list, and do not
 * change when other items are added or removed.
 */
type Position = readonly [number: number, within: number]

/**
 * Reads NextToken. It has the position of the last item, and a hash of the query: with another query the next page
 * would skip or repeat items.
 * @throws ApiError 400 if the token is not of this query
 */
export function readNextToken(token: string | undefined, call: ApiCall): Position {
  if (token === undefined) return [0, 0]
  const [, number, within, queryHash] =
    /^(\d{1,15})\.(\d{1,15})\.([\w-]+)$/.exec(Buffer.from(token, 'base64url').toString()) ?? []
  if (queryHash !== queryHashOf(call)) throw invalidNextToken()
  return [Number(number), Number(within)]
}

export function writeNextToken([number, within]: Position, call: ApiCall): string {
  return Buffer.from(`${number}.${within}.${queryHashOf(call)}`).toString('base64url')
}

/** Everything but NextToken and MaxResults is the query: MaxResults may change from page to page. */
function queryHashOf({ action, region, params }: ApiCall): string {
  const query = Object.entries(params).filter(
    ([name, value]) => name !== 'NextToken' && name !== 'MaxResults' && value !== '',
  )
  const sorted = query.sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256')
    .update(JSON.stringify([action, region, sorted]))
    .digest('base64url')
    .slice(0, 16)
}
