/** Why a token is refused for good: it has expired, or no sandbox that is there knows it. */
export type Refusal = 'Expired' | 'NotFound'

// A new token is visible at its machine after some seconds.
const VISIBLE_AFTER_MS = 10_000

const MAX_TOKENS = 10_000

/**
 * Remembers, in this process, the tokens that stay refused, so that a viewer that keeps reconnecting with a used token costs no
 * call to the cloud. Tokens are known by their hash. The oldest of more than 10,000 are forgotten.
 */
export function refusedTokens() {
  const tokens = new Map<string, { since: number; refusal: Refusal | undefined }>()

  function remember(hash: string, since: number, refusal: Refusal | undefined): void {
    tokens.set(hash, { since, refusal })
    const [oldest] = tokens.keys()
    if (tokens.size > MAX_TOKENS && oldest !== undefined) tokens.delete(oldest)
  }

  return {
    /** Why the token is refused for good; undefined where only the cloud can tell. */
    find: (hash: string): Refusal | undefined => tokens.get(hash)?.refusal,
    /** From here on the token is refused. */
    add: (hash: string, refusal: Refusal) => remember(hash, Date.now(), refusal),
    /** The cloud lacks the token. If it lacks it twice, ten seconds apart, it is not a new one and is refused for good. */
    addMissing(hash: string): void {
      const since = tokens.get(hash)?.since ?? Date.now()
      remember(hash, since, since + VISIBLE_AFTER_MS <= Date.now() ? 'NotFound' : undefined)
    },
  }
}
