import { connectTcp } from '../../shared/desktop/connect-tcp.ts'
import { type Desktop, type Limits, openDesktop } from '../../shared/desktop/index.ts'
import { invalidParameter, invalidSandboxStatus } from '../../shared/errors.ts'
import type { ToolCall } from '../../shared/handler/tool.ts'
import type { Sandbox } from '../../shared/manager/sandbox/sandbox.ts'
import { chooseSandbox } from './chosen-sandbox.ts'
import { toActionErrorOfDesktop } from './desktop-failure.ts'

/** Until the connection to a desktop is open. */
const OPEN_TIMEOUT_MS = 10_000

/** The driver ends its work this long before the deadline of the call: its error says more. */
const MARGIN_MS = 200

interface Use {
  /** As the caller has passed it. */
  sandboxId: string | undefined
  /** The argument that is wrong if the desktop cannot use what it gets. */
  argument: string
}

/**
 * Opens the desktop of a sandbox, uses it, and closes the connection. It connects only to the address of a sandbox that the
 * caller sees.
 * @throws {ActionError} `MissingParameter.sandbox_id`, `InvalidSandbox.NotFound`, `InvalidSandboxStatus`,
 *   `InvalidParameter.<argument>`, and the errors of the cloud and the desktop
 */
export async function useDesktop<T>(
  call: ToolCall,
  { sandboxId, argument }: Use,
  work: (desktop: Desktop, sandboxId: string, limits: Limits) => Promise<T>,
): Promise<T> {
  const sandbox = await chooseSandbox(call, sandboxId)
  const address = addressOf(call, sandbox)
  const limits = { deadline: call.deadline - MARGIN_MS }
  const openLimits = { deadline: Math.min(limits.deadline, Date.now() + OPEN_TIMEOUT_MS) }
  const { vnc_port, vnc_password: password } = call.config.terminal
  try {
    const socket = await connectTcp(address, vnc_port, openLimits)
    const desktop = await openDesktop(socket, { password, ...openLimits })
    try {
      return await work(desktop, sandbox.SandboxId, limits)
    } finally {
      await desktop.close()
    }
  } catch (error) {
    throw toActionErrorOfDesktop(error, sandbox.SandboxId, argument)
  }
}

function addressOf({ config }: ToolCall, { SandboxId, Status, OsType, PrimaryIp }: Sandbox): string {
  if (Status !== 'RUNNING' || PrimaryIp === undefined) {
    const isStarting = ['RUNNING', 'CREATING', 'STARTING', 'REBOOTING'].includes(Status)
    const advice = isStarting ? 'Call wait_for_desktop.' : 'Its desktop can be used while it is RUNNING.'
    throw invalidSandboxStatus(SandboxId, Status, advice)
  }
  if (OsType === 'Windows') {
    const { agent_scheme, agent_port } = config.windows
    const agent = `${agent_scheme}://${PrimaryIp}:${agent_port}`
    throw invalidParameter('sandbox_id', `must be a Linux sandbox for this tool. Use the agent in this one: ${agent}`)
  }
  return PrimaryIp
}
