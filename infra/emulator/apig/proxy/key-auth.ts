import type { RequestHead } from './match.ts'
import type { GatewayRefusal } from './refusal.ts'

/** The rule of one binding of wasm-key-auth. */
export interface KeyAuthRule {
  /** Names of the headers that may carry the key. */
  headers: readonly string[]
  /** Names of the consumers that may pass. */
  allowed: readonly string[]
  /** Returns the name of the consumer that has this key. */
  consumerOf: (key: string) => string | undefined
}

/**
 * Checks the caller's key: every rule must allow it. Returns the name of the consumer, or undefined if there are no
 * rules.
 *
 * Assumptions: the header contains the key and nothing else, such as "Bearer ". If several of the headers are present,
 * the first one counts. No rule overrides another.
 */
export function checkKey(
  rules: readonly KeyAuthRule[],
  { headers }: RequestHead,
): { consumer: string | undefined } | GatewayRefusal {
  let consumer: string | undefined
  for (const { headers: sources, allowed, consumerOf } of rules) {
    const names = sources.map((name) => name.toLowerCase())
    const key = headers.find(([name]) => names.includes(name.toLowerCase()))?.[1]
    if (key === undefined) return unauthorized(`A key is required in the header ${sources.join(' or ')}.`)
    consumer = consumerOf(key)
    if (consumer === undefined) return unauthorized('The key is unknown.')
    if (!allowed.includes(consumer)) return unauthorized('The consumer of this key is not allowed here.')
  }
  return { consumer }
}

function unauthorized(message: string): GatewayRefusal {
  return { status: 401, code: 'Unauthorized', message }
}
