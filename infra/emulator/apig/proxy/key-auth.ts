import type { RequestHead } from './match.ts'
import type { GatewayRefusal } from './refusal.ts'

/** What one binding of wasm-key-auth demands. */
export interface KeyAuthRule {
  /** Names of the headers that may carry the key. */
  headers: readonly string[]
  /** Names of the consumers that are let through. */
  allowed: readonly string[]
  /** The name of the consumer whose key it is. */
  consumerOf: (key: string) => string | undefined
}

/**
 * Checks the caller's key: every rule has to let it through. Answers the name of the consumer, which is undefined where
 * there are no rules.
 *
 * Assumptions: a key is compared as it stands, without anything such as "Bearer " before it; of several headers the first
 * that is there counts; no rule takes the place of another.
 */
export function checkKey(
  rules: readonly KeyAuthRule[],
  { headers }: RequestHead,
): { consumer: string | undefined } | GatewayRefusal {
  let consumer: string | undefined
  for (const { headers: sources, allowed, consumerOf } of rules) {
    const names = sources.map((name) => name.toLowerCase())
    const key = headers.find(([name]) => names.includes(name.toLowerCase()))?.[1]
    if (key === undefined) return unauthorized(`A key is needed, in the header ${sources.join(' or ')}.`)
    consumer = consumerOf(key)
    if (consumer === undefined) return unauthorized('The key is not known.')
    if (!allowed.includes(consumer)) return unauthorized('The key is one of a consumer that is not allowed here.')
  }
  return { consumer }
}

function unauthorized(message: string): GatewayRefusal {
  return { status: 401, code: 'Unauthorized', message }
}
