import * as v from 'valibot'
import { ActionError, invalidSandboxStatus, sandboxNotFound } from '../errors.ts'
import { NonEmptyText } from './ecs/answer-schemas.ts'
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

/** The access to a desktop: for Linux, a token for a VNC viewer; for Windows, the URL of a console and a password. */
export type Terminal = {
  /** When the sandbox ends: RFC 3339 in UTC; absent if it has no end. */
  ExpireAt: string | undefined
} & (
  | {
      OsType: 'Linux'
      Token: string
      /** When the token expires, unless it is used before: RFC 3339 in UTC. */
      TokenExpireAt: string | undefined
      Url?: string
    }
  | { OsType: 'Windows'; Url: string; WindowsKey: string }
)

/**
 * Gives access to a desktop. Two calls to the cloud; a third if old tokens must be removed first.
 * @throws {ActionError} `InvalidSandbox.NotFound`, `InvalidSandboxStatus`, and the errors of the cloud or the Windows
 *   agent
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
  // The token needs no escaping, neither in a query nor in a path.
  const Url = terminal.vnc_url_template.replaceAll('{token}', Token)
  const TokenExpireAt = toUtc(expiresAt * 1_000)
  return { OsType: 'Linux', Token, TokenExpireAt, ExpireAt: endsAt(call, instance), ...(Url && { Url }) }
}

// The keys to remove so that there is room for a new token: the expired ones and then the oldest. Usually there is
// room, and the third call is saved. ECS accepts 20 keys per call; if there are more, the next calls of this action
// remove the rest.
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
  // Get the URL first: if the cloud refuses it, the password stays the same.
  const { EcsTerminalUrl: Url } = await send(
    call,
    'DescribeInstanceECSTerminalUrl',
    { InstanceId: instance.id },
    v.object({ EcsTerminalUrl: NonEmptyText }),
  )
  const WindowsKey = newPassword(windows.agent_user)
  call.log.secret(WindowsKey)
  const timeoutMs = Math.min(windows.timeout_seconds * 1_000, call.deadline - Date.now())
  await changePassword(windows, instance.primaryIp, WindowsKey, Math.max(1, timeoutMs), call.log)
  return { OsType: 'Windows', Url, WindowsKey, ExpireAt: endsAt(call, instance) }
}

const endsAt = ({ config }: Call, instance: Instance) => toUtc(endOf(instance, config))
