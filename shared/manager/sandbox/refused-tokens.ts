/** Why a token is refused for good: it has expired, or no sandbox has it. */
export type RefusalReason = 'Expired' | 'NotFound'

// The tag of a new token is visible after a few seconds.
const VISIBLE_AFTER_MS = 10_000

const MAX_TOKENS = 10_000

/**
 * Remembers the hashes of refused tokens in this process, so that a viewer that keeps reconnecting with a used token
 * costs no call to the cloud. Keeps the newest 10,000.
 */
export function refusedTokens() {
  const tokens = new Map<string, { since: number; reason: RefusalReason | undefined }>()

  function remember(hash: string, since: number, reason: RefusalReason | undefined): void {
    tokens.set(hash, { since, reason })
    const [oldest] = tokens.keys()
    if (tokens.size > MAX_TOKENS && oldest !== undefined) tokens.delete(oldest)
  }

  return {
    /** Returns why the token is refused for good; undefined if only the cloud can tell. */
    find: (hash: string): RefusalReason | undefined => tokens.get(hash)?.reason,
    /** Refuses the token from now on. */
    add: (hash: string, reason: RefusalReason) => remember(hash, Date.now(), reason),
    /**
     * Notes that the cloud does not have the token. After ten seconds it cannot be a new one and is refused for good. One that
     * is already refused stays so: it was just used up.
     */
    addMissing(hash: string): void {
      const known = tokens.get(hash)
      if (known?.reason !== undefined) return
      const since = known?.since ?? Date.now()
      remember(hash, since, since + VISIBLE_AFTER_MS <= Date.now() ? 'NotFound' : undefined)
    },
  }
}
