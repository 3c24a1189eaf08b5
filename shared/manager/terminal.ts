import type { Config } from '../config/schema.ts'
import { ActionError, invalidParameter, invalidSandboxStatus, sandboxNotFound } from '../errors.ts'
import type { Call, Cloud } from './cloud.ts'
import { isSandbox, osType, primaryIp } from './sandbox.ts'
import {
  findToken,
  hashToken,
  MAX_TOKENS,
  mintToken,
  type StoredToken,
  sandboxOfToken,
  storedTokens,
  toTag,
} from './vnc-token.ts'
import { changePassword, newPassword } from './windows-agent.ts'

/** How to see a desktop: Linux through a VNC viewer with the token, Windows at the URL with the key. */
export type Terminal =
  | { OsType: 'Linux'; Token: string; Url?: string }
  | { OsType: 'Windows'; Url: string; WindowsKey: string }

/**
 * Opens the way to a desktop. Two calls to the cloud, a third where old tokens have to make room.
 * @throws {ActionError} `InvalidSandbox.NotFound`, `InvalidSandboxStatus`, and what the Windows agent brings about
 * @throws {CloudError}
 */
export async function openTerminal(cloud: Cloud, call: Call, sandboxId: string): Promise<Terminal> {
  const instance = await cloud.describeInstance(sandboxId)
  if (instance === undefined || !isSandbox(instance, call.config)) throw sandboxNotFound(sandboxId)
  if (instance.Status !== 'RUNNING') {
    throw invalidSandboxStatus(sandboxId, instance.Status, 'A terminal needs it RUNNING.')
  }
  if (osType(instance) === 'Linux') return openLinux(cloud, call, sandboxId, storedTokens(instance.Tags ?? []))
  return openWindows(cloud, call, sandboxId, primaryIp(instance))
}

async function openLinux(cloud: Cloud, call: Call, sandboxId: string, stored: StoredToken[]): Promise<Terminal> {
  const { security, terminal } = call.config
  const token = mintToken(sandboxId)
  call.log.secret(token)
  const outdated = toRemove(stored)
  if (outdated.length > 0) await cloud.untagInstance(sandboxId, outdated)
  const expiresAt = now() + security.vnc_token_ttl_seconds
  await cloud.tagInstance(sandboxId, toTag({ hash: hashToken(token), expiresAt, used: false }))
  return {
    OsType: 'Linux',
    Token: token,
    ...(terminal.vnc_url_template && { Url: viewerUrl(terminal.vnc_url_template, token) }),
  }
}

// Only when there is no room: so the usual opening costs no third call.
function toRemove(stored: readonly StoredToken[]): string[] {
  if (stored.length < MAX_TOKENS) return []
  const live = stored.filter(isLive)
  const kept = new Set(live.slice(Math.max(0, live.length - (MAX_TOKENS - 1))))
  return keysOf(stored.filter((token) => !kept.has(token)))
}

async function openWindows(cloud: Cloud, call: Call, sandboxId: string, address?: string): Promise<Terminal> {
  if (address === undefined) throw noAddress(sandboxId)
  // First the address of the console: were it refused afterwards, the password would have changed for nothing.
  const Url = await cloud.terminalUrl(sandboxId)
  const WindowsKey = newPassword()
  call.log.secret(WindowsKey)
  const left = call.deadline - Date.now()
  await changePassword(
    call.config,
    address,
    WindowsKey,
    Math.max(1, Math.min(call.config.windows.timeout_seconds * 1_000, left)),
  )
  return { OsType: 'Windows', Url, WindowsKey }
}

const refusedToken = () =>
  new ActionError(
    404,
    'InvalidVncToken.NotFound',
    'The token is not valid: get a new one from DescribeSandboxTerminalUrl.',
  )

/**
 * Admits the holder of a token to the desktop it was made for: once, or for `security.vnc_token_reuse_seconds` after its
 * first use. A malformed token costs no call to the cloud, a valid one two.
 * @throws {ActionError} `InvalidParameter.Token`, `InvalidVncToken.Expired`, `InvalidVncToken.NotFound`
 * @throws {CloudError}
 */
export async function admitToken(cloud: Cloud, call: Call, token: string): Promise<{ host: string; port: number }> {
  const sandboxId = sandboxOfToken(token)
  if (sandboxId === undefined) throw invalidParameter('Token', 'must be a token from DescribeSandboxTerminalUrl')
  const instance = await cloud.describeInstance(sandboxId)
  if (instance === undefined || !isSandbox(instance, call.config) || instance.Status !== 'RUNNING') throw refusedToken()

  const stored = storedTokens(instance.Tags ?? [])
  const found = findToken(stored, hashToken(token))
  if (found === undefined) throw refusedToken()
  if (!isLive(found)) {
    throw new ActionError(403, 'InvalidVncToken.Expired', 'The token has expired: get a new one.')
  }
  const host = primaryIp(instance)
  if (host === undefined) throw noAddress(sandboxId)
  await use(cloud, call.config, sandboxId, found, stored)
  return { host, port: call.config.terminal.vnc_port }
}

// Tokens that this process has admitted, with the second from which they need not be remembered. Of two requests with
// one token at the same moment the cloud's tags cannot tell which was first; here, within one instance, it can be told.
const admitted = new Map<string, number>()

async function use(
  cloud: Cloud,
  { security }: Config,
  sandboxId: string,
  token: StoredToken,
  stored: readonly StoredToken[],
): Promise<void> {
  const reuse = security.vnc_token_reuse_seconds
  if (reuse > 0) {
    // The window opens at the first use. Each use inside it leaves the tag alone.
    if (!token.used) await cloud.tagInstance(sandboxId, toTag({ ...token, expiresAt: now() + reuse, used: true }))
    return
  }
  if (token.used || admitted.has(token.hash)) throw refusedToken()
  for (const [hash, until] of admitted) if (until < now()) admitted.delete(hash)
  admitted.set(token.hash, token.expiresAt)
  try {
    const outdated = stored.filter((other) => !isLive(other)).slice(0, 19)
    await cloud.untagInstance(sandboxId, keysOf([token, ...outdated]))
  } catch (error) {
    admitted.delete(token.hash)
    throw error
  }
}

const now = () => Math.floor(Date.now() / 1_000)
const isLive = ({ expiresAt }: StoredToken) => expiresAt > now()
const keysOf = (tokens: readonly StoredToken[]) => tokens.map(({ key }) => key)

// The token needs no escaping anywhere; the template decides whether it stands in a query or inside a path.
function viewerUrl(template: string, token: string): string {
  return template.replaceAll('{token}', token)
}

const noAddress = (sandboxId: string) =>
  new ActionError(503, 'ServiceUnavailable', `Sandbox ${sandboxId} is RUNNING but has no address yet. Repeat the call.`)
