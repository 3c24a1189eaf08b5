import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Config } from '../../config/schema.ts'
import type { Instance, Tag } from '../ecs/instances.ts'

/**
 * A VNC token, stored as a tag of its machine: the key identifies the token; the value has its SHA-256, its expiry
 * (seconds since 1970) and whether it has been used. The token itself is not stored.
 */
export interface StoredToken {
  /** Key of the tag. */
  key: string
  hash: string
  /** Seconds since 1970. */
  expiresAt: number
  used: boolean
}

/** The maximum number of live tokens of a sandbox. Two tabs need two, and an instance can have 50 tags. */
export const MAX_TOKENS = 8

const PREFIX = 'ecs-manager:vnc-token:'

/**
 * Returns a new token, `<SandboxId>.<43 characters base64url>`: 256 random bits, and no character that a URL escapes.
 */
export function mintToken(sandboxId: string): string {
  return `${sandboxId}.${randomBytes(32).toString('base64url')}`
}

/** Returns the sandbox id in a well-formed token; undefined for any other text. */
export function sandboxOfToken(token: string): string | undefined {
  return /^(i-[a-z0-9]{1,62})\.[A-Za-z0-9_-]{43}$/.exec(token)?.[1]
}

/** Returns the SHA-256 of the token in base64url. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}

/** Returns the tag that stores a token. The first 16 characters of the hash are enough for a unique key. */
export function toTag({ hash, expiresAt, used }: Omit<StoredToken, 'key'>): Tag {
  return { Key: `${PREFIX}${hash.slice(0, 16)}`, Value: `${hash}:${expiresAt}:${used ? 'used' : 'new'}` }
}

/** Returns the tokens in the tags of an instance, sorted by expiry. A malformed tag counts as expired. */
export function storedTokens(tags: readonly Tag[]): StoredToken[] {
  return tags
    .filter(({ Key }) => Key.startsWith(PREFIX))
    .map(({ Key, Value }) => {
      const [, hash = '', expiresAt = '0', state] = /^([\w-]{43}):(\d{1,12}):(new|used)$/.exec(Value) ?? []
      return { key: Key, hash, expiresAt: Number(expiresAt), used: state === 'used' }
    })
    .sort((a, b) => a.expiresAt - b.expiresAt)
}

/** Finds the token with this hash. Compares all candidates, each in constant time. */
export function findToken(tokens: readonly StoredToken[], hash: string): StoredToken | undefined {
  const wanted = Buffer.from(hash)
  let found: StoredToken | undefined
  for (const token of tokens) {
    const candidate = Buffer.from(token.hash)
    if (candidate.length === wanted.length && timingSafeEqual(candidate, wanted)) found = token
  }
  return found
}

/** Returns the time `seconds` from now, in seconds since 1970. */
export function expiresIn(seconds: number): number {
  return Math.floor(Date.now() / 1_000) + seconds
}

/**
 * Returns the tags of expired tokens that are safe to remove; all of them if the machine is STOPPED, because a token ends
 * with the desktop that it was made for. With `vnc_token_reuse_seconds`, a first use just before
 * the expiry writes the tag again with a later expiry, so an unused token is kept for as long as a request may take.
 */
export function expiredTokens(
  { id, status, tags }: Pick<Instance, 'id' | 'status' | 'tags'>,
  { security, server }: Config,
) {
  const now = expiresIn(0)
  const graceSeconds = ({ used }: StoredToken) =>
    security.vnc_token_reuse_seconds && !used ? server.timeout_seconds : 0
  return storedTokens(tags)
    .filter((token) => status === 'STOPPED' || token.expiresAt + graceSeconds(token) <= now)
    .map(({ key }) => ({ instanceId: id, key }))
}

/** Whether the token has not expired. */
export function isLive({ expiresAt }: StoredToken): boolean {
  return expiresAt > expiresIn(0)
}
