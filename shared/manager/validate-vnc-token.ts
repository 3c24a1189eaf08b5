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
 * Accepts a token once, or for `security.vnc_token_reuse_seconds` after its first use, and returns the address of its
 * desktop. A valid token costs two calls to the cloud; one that is malformed or was refused for good costs none.
 * @throws {ActionError} `InvalidParameter.Token`, `InvalidVncToken.Expired`, `InvalidVncToken.NotFound`, and the
 *   errors of the cloud
 */
export function validateVncToken(call: Call, token: string): Promise<{ host: string; port: number }> {
  return translateErrors(async () => {
    // The token itself is the right, whoever owns the sandbox.
    const view = { ...call, caller: { ...call.caller, seesAll: true } }
    const sandboxId = sandboxOfToken(token)
    if (sandboxId === undefined) throw invalidParameter('Token', 'must be a token from DescribeSandboxTerminalUrl')
    const hash = hashToken(token)
    const refusal = refused.find(hash)
    if (refusal) throw refusal === 'Expired' ? expired() : notValid()
    const instance = await findSandbox(view, sandboxId)
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
      // With reuse, a first use at the same time may write a later expiry, so the refusal may not be final.
      if (found.used || reuseSeconds === 0) refused.add(hash, 'Expired')
      throw expired()
    }
    // Concurrent openings may leave more than MAX_TOKENS: only the newest are valid.
    const newest = stored.filter(isLive).slice(-MAX_TOKENS)
    if (!newest.includes(found)) throw notValid()
    const outdated = stored.filter((other) => !newest.includes(other))
    const use = reuseSeconds > 0 ? openWindow : useUp
    await use(call, sandboxId, found, outdated).catch((error) => {
      // The sandbox was deleted or stopped a moment ago.
      throw isNotFound(error) || isAboutMachine(error) ? notValid() : error
    })
    return { host, port: call.config.terminal.vnc_port }
  })
}

const ADVICE = 'Get a new one from DescribeSandboxTerminalUrl.'
const expired = () => new ActionError(403, 'InvalidVncToken.Expired', `The token has expired. ${ADVICE}`)
const notValid = () => new ActionError(404, 'InvalidVncToken.NotFound', `The token is not valid. ${ADVICE}`)

// The first use sets the new expiry; later uses do not change the tag.
async function openWindow(call: Call, sandboxId: string, token: StoredToken): Promise<void> {
  if (token.used) return
  const expiresAt = expiresIn(call.config.security.vnc_token_reuse_seconds)
  await tagInstance(call, sandboxId, toTag({ ...token, expiresAt, used: true }))
}

const refused = refusedTokens()

// The tokens that this process is using up. The tags in the cloud do not show which of two concurrent requests with the
// same token came first; within one instance of the function, this set does.
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
    // Remove the outdated tokens too: otherwise the removal of a newer token would make a surplus one valid again.
    // Usually one call of 20 keys is enough; only after many concurrent openings are there more.
    const keys = [key, ...outdated.map((other) => other.key)]
    await untagInstance(call, sandboxId, keys)
    refused.add(hash, 'NotFound')
  } finally {
    inUse.delete(hash)
  }
}
