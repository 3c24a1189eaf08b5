import { setTimeout as sleep } from 'node:timers/promises'
import { connectTcp } from '../../shared/desktop/connect-tcp.ts'
import { DesktopError, isReady } from '../../shared/desktop/index.ts'
import { invalidSandboxStatus, sandboxNotFound } from '../../shared/errors.ts'
import type { ToolCall } from '../../shared/handler/tool.ts'
import { describeSandboxes } from '../../shared/manager/describe-sandboxes.ts'
import type { Sandbox } from '../../shared/manager/sandbox/sandbox.ts'
import { toActionErrorOfDesktop } from './desktop-failure.ts'

/** What became of the wait. */
export interface Waited {
  /** The desktop answers and shows something. */
  ready: boolean
  /** The machine has none: it is of no use to wait longer. */
  hasNoDesktop?: boolean
  status: string
  expireAt: string | undefined
}

/** The wait ends this long before the deadline of the call, so that its result still arrives. */
const MARGIN_MS = 1_000

/** For one try. A desktop that answers later is tried again. */
const TRY_MS = 5_000

const MAX_PAUSE_MS = 3_000

/** A new machine is visible after some seconds. */
const INVISIBLE_MS = 3_000

/** In these, a machine does not become RUNNING without a call. */
const ADVICE: Readonly<Record<string, string>> = {
  STOPPED: 'Start it with start_sandbox.',
  STOPPING: 'When it is STOPPED, start it with start_sandbox.',
  ERROR: 'Delete it with delete_sandbox, and create another one.',
  DELETING: 'Create another one with create_sandbox.',
}

/**
 * Waits until the desktop of a sandbox can be used: it answers, and its picture is not empty. Of a Windows sandbox, the
 * agent must answer. Without `terminal.desktops`, tries once when the machine is RUNNING.
 * @param isNew  whether the caller has just created it
 * @throws {ActionError} `InvalidSandbox.NotFound`, `InvalidSandboxStatus`, and the errors of the cloud and the desktop
 */
export async function waitForDesktop(call: ToolCall, sandboxId: string, isNew = false): Promise<Waited> {
  const deadline = call.deadline - MARGIN_MS
  const started = Date.now()
  for (let pauseMs = 500; ; pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS)) {
    const sandbox = await find({ ...call, deadline }, sandboxId)
    const isLate = () => Date.now() + pauseMs >= deadline
    const isVisibleByNow = isLate() || Date.now() - started > INVISIBLE_MS
    if (!sandbox && !isNew && isVisibleByNow) throw sandboxNotFound(sandboxId)
    const status = sandbox?.Status ?? 'CREATING'
    const advice = ADVICE[status]
    if (advice) throw invalidSandboxStatus(sandboxId, status, advice)
    if (sandbox && (await answers(call, sandbox, deadline))) return { ready: true, status, expireAt: sandbox.ExpireAt }
    if (sandbox && hasNoDesktop(call, sandbox)) {
      return { ready: false, hasNoDesktop: true, status, expireAt: sandbox.ExpireAt }
    }
    if (isLate()) return { ready: false, status, expireAt: sandbox?.ExpireAt }
    await call.progress(
      status === 'RUNNING' ? 'The machine runs. Its desktop does not answer yet.' : `It is ${status}.`,
    )
    await sleep(pauseMs)
  }
}

/** Not decided by a refused connection: while a machine of the cloud boots, it refuses connections too. */
function hasNoDesktop({ config }: ToolCall, { OsType, Status }: Sandbox): boolean {
  return !config.terminal.desktops && OsType === 'Linux' && Status === 'RUNNING'
}

async function find(call: ToolCall, sandboxId: string): Promise<Sandbox | undefined> {
  const { sandboxes } = await describeSandboxes(call, { SandboxId: sandboxId })
  return sandboxes[0]
}

async function answers({ config }: ToolCall, sandbox: Sandbox, deadline: number): Promise<boolean> {
  const { PrimaryIp } = sandbox
  if (PrimaryIp === undefined) return false
  const limits = { deadline: Math.min(deadline, Date.now() + TRY_MS) }
  try {
    if (sandbox.OsType === 'Windows') return await accepts(PrimaryIp, config.windows.agent_port, limits)
    const { vnc_port, vnc_password: password } = config.terminal
    return await isReady(() => connectTcp(PrimaryIp, vnc_port, limits), { password, ...limits })
  } catch (error) {
    throw toActionErrorOfDesktop(error, sandbox.SandboxId, 'sandbox_id')
  }
}

async function accepts(address: string, port: number, limits: { deadline: number }): Promise<boolean> {
  try {
    const socket = await connectTcp(address, port, limits)
    socket.destroy()
    return true
  } catch (error) {
    if (error instanceof DesktopError && ['Unreachable', 'Timeout'].includes(error.code)) return false
    throw error
  }
}
