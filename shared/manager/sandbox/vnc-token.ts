import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Config } from '../../config/schema.ts'
import type { Instance, Tag } from '../ecs/instances.ts'

/**
 * VNC tokens live on the machine that they open, as tags: the key names the token, the value holds its SHA-256, until
 * when it is good (seconds since 1970) and whether it has been used. The token itself is stored nowhere.
 */
export interface StoredToken {
  /** Key of the tag. */
  key: string
  hash: string
  /** Seconds since 1970. */
  expiresAt: number
  used: boolean
}

/** Most tokens that may wait at one sandbox; two tabs need two, and an instance carries at most 50 tags. */
export const MAX_TOKENS = 8

const PREFIX = 'ecs-manager:vnc-token:'

/** A fresh token, `<SandboxId>.<43 characters base64url>`: 256 random bits, and nothing that a URL would escape. */
export function mintToken(sandboxId: string): string {
  return `${sandboxId}.${randomBytes(32).toString('base64url')}`
}

/** The sandbox of a well-formed token; undefined for any other text. */
export function sandboxOfToken(token: string): string | undefined {
  return /^(i-[a-z0-9]{1,62})\.[A-Za-z0-9_-]{43}$/.exec(token)?.[1]
}

/** SHA-256 of the token, base64url. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}

/** The tag that stores a token. 16 characters of the hash in the key are enough to keep two tokens apart. */
export function toTag({ hash, expiresAt, used }: Omit<StoredToken, 'key'>): Tag {
  return { Key: `${PREFIX}${hash.slice(0, 16)}`, Value: `${hash}:${expiresAt}:${used ? 'used' : 'new'}` }
}

/** The tokens among the tags of an instance, the first to expire first. A tag that cannot be read counts as expired. */
export function storedTokens(tags: readonly Tag[]): StoredToken[] {
  return tags
    .filter(({ Key }) => Key.startsWith(PREFIX))
    .map(({ Key, Value }) => {
      const [, hash = '', expiresAt = '0', state] = /^([\w-]{43}):(\d{1,12}):(new|used)$/.exec(Value) ?? []
      return { key: Key, hash, expiresAt: Number(expiresAt), used: state === 'used' }
    })
    .sort((a, b) => a.expiresAt - b.expiresAt)
}

/** Finds the token with this hash. Every candidate is compared, each in constant time. */
export function findToken(tokens: readonly StoredToken[], hash: string): StoredToken | undefined {
  const wanted = Buffer.from(hash)
  let found: StoredToken | undefined
  for (const token of tokens) {
    const candidate = Buffer.from(token.hash)
    if (candidate.length === wanted.length && timingSafeEqual(candidate, wanted)) found = token
  }
  return found
}

/** Seconds since 1970 at which it will be so many seconds later than now. */
export function expiresIn(seconds: number): number {
  return Math.floor(Date.now() / 1_000) + seconds
}

/**
 * The tags of tokens that have expired, and of which none is being written again: a use just before the expiry may write
 * it with another expiry, for as long as a request may take.
 */
export function expiredTokens({ id, tags }: Pick<Instance, 'id' | 'tags'>, { security, server }: Config) {
  const now = expiresIn(0)
  const settle = ({ used }: StoredToken) => (security.vnc_token_reuse_seconds && !used ? server.timeout_seconds : 0)
  return storedTokens(tags)
    .filter((token) => token.expiresAt + settle(token) <= now)
    .map(({ key }) => ({ instanceId: id, key }))
}

/** Whether it has not expired yet. */
export function isLive({ expiresAt }: StoredToken): boolean {
  return expiresAt > expiresIn(0)
}
