import { ActionError, invalidParameter } from '../errors.ts'
import type { Call } from './ecs/call.ts'
import { tagInstance, untagInstance } from './ecs/instances.ts'
import { isAboutMachine, isNotFound, translateErrors } from './ecs/translate-errors.ts'
import { refusedTokens } from './sandbox/refused-tokens.ts'
import { findSandbox } from './sandbox/sandbox.ts'
import {
  expiresIn,
  findToken,
  hashToken,
  isLive,
  MAX_TOKENS,
  type StoredToken,
  sandboxOfToken,
  storedTokens,
  toTag,
} from './sandbox/vnc-token.ts'

/**
 * Admits the holder of a token to the desktop it was made for: once, or for `security.vnc_token_reuse_seconds` after its
 * first use. A malformed token costs no call to the cloud, nor does one that was refused for good; a valid one costs two.
 * @throws {ActionError} `InvalidParameter.Token`, `InvalidVncToken.Expired`, `InvalidVncToken.NotFound`, and what the
 *   cloud brings about
 */
export function validateVncToken(call: Call, token: string): Promise<{ host: string; port: number }> {
  return translateErrors(async () => {
    const sandboxId = sandboxOfToken(token)
    if (sandboxId === undefined) throw invalidParameter('Token', 'must be a token from DescribeSandboxTerminalUrl')
    const hash = hashToken(token)
    const refusal = refused.find(hash)
    if (refusal) throw refusal === 'Expired' ? expired() : notValid()
    const instance = await findSandbox(call, sandboxId)
    const host = instance?.primaryIp
    if (instance && (!host || instance.status !== 'RUNNING')) throw notValid()

    const stored = storedTokens(instance?.tags ?? [])
    const found = findToken(stored, hash)
    if (!host || found === undefined) {
      refused.addMissing(hash)
      throw notValid()
    }
    const reuseSeconds = call.config.security.vnc_token_reuse_seconds
    if (!isLive(found)) {
      // With a window, a use at this very moment may write a later end.
      if (found.used || reuseSeconds === 0) refused.add(hash, 'Expired')
      throw expired()
    }
    // Openings at the same moment may leave more tokens than may be live: the newest are.
    const newest = stored.filter(isLive).slice(-MAX_TOKENS)
    if (!newest.includes(found)) throw notValid()
    const outdated = stored.filter((other) => !newest.includes(other))
    const use = reuseSeconds > 0 ? openWindow : useUp
    await use(call, sandboxId, found, outdated).catch((error) => {
      // Deleted or stopped a moment ago.
      throw isNotFound(error) || isAboutMachine(error) ? notValid() : error
    })
    return { host, port: call.config.terminal.vnc_port }
  })
}

const ADVICE = 'Get a new one from DescribeSandboxTerminalUrl.'
const expired = () => new ActionError(403, 'InvalidVncToken.Expired', `The token has expired. ${ADVICE}`)
const notValid = () => new ActionError(404, 'InvalidVncToken.NotFound', `The token is not valid. ${ADVICE}`)

// The first use sets the end; each later one leaves the tag alone.
async function openWindow(call: Call, sandboxId: string, token: StoredToken): Promise<void> {
  if (token.used) return
  const expiresAt = expiresIn(call.config.security.vnc_token_reuse_seconds)
  await tagInstance(call, sandboxId, toTag({ ...token, expiresAt, used: true }))
}

const refused = refusedTokens()

// Tokens that this process is using up. Of two requests with one token at the same moment the tags in the cloud cannot tell
// which came first; within one instance of the function this can.
const inUse = new Set<string>()

async function useUp(
  call: Call,
  sandboxId: string,
  { hash, key, used }: StoredToken,
  outdated: readonly StoredToken[],
): Promise<void> {
  if (used || inUse.has(hash) || refused.find(hash)) throw notValid()
  inUse.add(hash)
  try {
    // With it go the expired ones, and those of a storm of openings that were too many: else each use of a newer one would
    // let one of them live again. All of them fit into one call of 20 keys, but for the last case.
    const keys = [key, ...outdated.map((other) => other.key)]
    for (let at = 0; at < keys.length; at += 20) await untagInstance(call, sandboxId, keys.slice(at, at + 20))
    refused.add(hash, 'NotFound')
  } finally {
    inUse.delete(hash)
  }
}
