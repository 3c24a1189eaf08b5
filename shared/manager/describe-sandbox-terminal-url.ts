import * as v from 'valibot'
import { ActionError, invalidSandboxStatus, sandboxNotFound } from '../errors.ts'
import { Text } from './ecs/answer.ts'
import { type Call, send } from './ecs/call.ts'
import { type Instance, tagInstance, untagInstance } from './ecs/instances.ts'
import { toUtc } from './ecs/time.ts'
import { translateSandboxErrors } from './ecs/translate-errors.ts'
import { endOf } from './sandbox/lifetime.ts'
import { findSandbox } from './sandbox/sandbox.ts'
import {
  expiresIn,
  hashToken,
  isLive,
  MAX_TOKENS,
  mintToken,
  type StoredToken,
  storedTokens,
  toTag,
} from './sandbox/vnc-token.ts'
import { changePassword, newPassword } from './sandbox/windows-agent.ts'

/** How to see a desktop: Linux through a VNC viewer with the token, Windows at the URL with the key. */
export type Terminal = {
  /** When the sandbox ends: RFC 3339 in UTC; absent where it has no end. */
  ExpireAt: string | undefined
} & (
  | {
      OsType: 'Linux'
      Token: string
      /** When the token ends, if it has not been used before: RFC 3339 in UTC. */
      TokenExpireAt: string | undefined
      Url?: string
    }
  | { OsType: 'Windows'; Url: string; WindowsKey: string }
)

/**
 * Opens the way to a desktop. Two calls to the cloud, a third where old tokens have to make room.
 * @throws {ActionError} `InvalidSandbox.NotFound`, `InvalidSandboxStatus`, and what the cloud or the Windows agent
 *   brings about
 */
export function describeSandboxTerminalUrl(call: Call, sandboxId: string): Promise<Terminal> {
  return translateSandboxErrors(sandboxId, async () => {
    const instance = await findSandbox(call, sandboxId)
    if (instance === undefined) throw sandboxNotFound(sandboxId)
    if (instance.status !== 'RUNNING') {
      throw invalidSandboxStatus(sandboxId, instance.status, 'A terminal needs it RUNNING.')
    }
    return instance.osType === 'Linux' ? openLinux(call, instance) : openWindows(call, instance)
  })
}

async function openLinux(call: Call, instance: Instance): Promise<Terminal> {
  const { security, terminal } = call.config
  const Token = mintToken(instance.id)
  call.log.secret(Token)
  const outdated = toRemove(storedTokens(instance.tags))
  if (outdated.length > 0) await untagInstance(call, instance.id, outdated)
  const expiresAt = expiresIn(security.vnc_token_ttl_seconds)
  await tagInstance(call, instance.id, toTag({ hash: hashToken(Token), expiresAt, used: false }))
  // The token needs no escaping anywhere; the template decides whether it stands in a query or inside a path.
  const Url = terminal.vnc_url_template.replaceAll('{token}', Token)
  const TokenExpireAt = toUtc(expiresAt * 1_000)
  return { OsType: 'Linux', Token, TokenExpireAt, ExpireAt: endsAt(call, instance), ...(Url && { Url }) }
}

// Only when there is no room: so the usual opening costs no third call. The oldest go first, expired ones above all; ECS
// takes 20 keys a call, so that after a storm of openings the next ones take the rest.
function toRemove(stored: readonly StoredToken[]): string[] {
  if (stored.length < MAX_TOKENS) return []
  const kept = stored.filter(isLive).slice(1 - MAX_TOKENS)
  return stored
    .filter((token) => !kept.includes(token))
    .map(({ key }) => key)
    .slice(0, 20)
}

async function openWindows(call: Call, instance: Instance): Promise<Terminal> {
  const { windows } = call.config
  if (instance.primaryIp === undefined) {
    throw new ActionError(503, 'ServiceUnavailable', `Sandbox ${instance.id} has no address yet. Repeat the call.`)
  }
  // First the address of the console: were it refused afterwards, the password would have changed for nothing.
  const { EcsTerminalUrl: Url } = await send(
    call,
    'DescribeInstanceECSTerminalUrl',
    { InstanceId: instance.id },
    v.object({ EcsTerminalUrl: Text }),
  )
  const WindowsKey = newPassword(windows.agent_user)
  call.log.secret(WindowsKey)
  const timeoutMs = Math.min(windows.timeout_seconds * 1_000, call.deadline - Date.now())
  await changePassword(windows, instance.primaryIp, WindowsKey, Math.max(1, timeoutMs), call.log)
  return { OsType: 'Windows', Url, WindowsKey, ExpireAt: endsAt(call, instance) }
}

const endsAt = ({ config }: Call, instance: Instance) => toUtc(endOf(instance, config))
