import { missingParameter, sandboxNotFound } from '../../shared/errors.ts'
import type { ToolCall } from '../../shared/handler/tool.ts'
import { describeSandboxes } from '../../shared/manager/describe-sandboxes.ts'
import type { Sandbox } from '../../shared/manager/sandbox/sandbox.ts'

/** The maximum number of ids in a message. */
const MAX_IDS = 10

/**
 * The id of the sandbox that a tool acts on: the given one, or the only one that the caller has.
 * @throws {ActionError} `MissingParameter.sandbox_id` if none is given and the caller has none or several
 */
export async function chooseSandboxId(call: ToolCall, sandboxId: string | undefined): Promise<string> {
  const id = sandboxId ?? (await onlySandbox(call)).SandboxId
  call.concerns(id)
  return id
}

/**
 * The same, with the state of the sandbox.
 * @throws {ActionError} `MissingParameter.sandbox_id`, `InvalidSandbox.NotFound`
 */
export async function chooseSandbox(call: ToolCall, sandboxId: string | undefined): Promise<Sandbox> {
  const sandbox = sandboxId === undefined ? await onlySandbox(call) : await readSandbox(call, sandboxId)
  call.concerns(sandbox.SandboxId)
  return sandbox
}

/** @throws {ActionError} `InvalidSandbox.NotFound` */
export async function readSandbox(call: ToolCall, sandboxId: string): Promise<Sandbox> {
  call.concerns(sandboxId)
  const { sandboxes } = await describeSandboxes(call, { SandboxId: sandboxId })
  const [sandbox] = sandboxes
  if (!sandbox) throw sandboxNotFound(sandboxId)
  return sandbox
}

async function onlySandbox(call: ToolCall): Promise<Sandbox> {
  const { sandboxes } = await describeSandboxes(call, {})
  const existing = sandboxes.filter(({ Status }) => Status !== 'DELETING')
  const [first, second] = existing
  if (first && !second) return first
  if (!first) throw missingParameter('sandbox_id', ': you have no sandbox')
  throw missingParameter('sandbox_id', `: you have ${existing.length} sandboxes${idsFor(call, existing)}`)
}

/** The ids, if the caller may list them. */
function idsFor({ caller }: ToolCall, sandboxes: readonly Sandbox[]): string {
  if (!caller.actions.has('DescribeSandboxes')) return ''
  const ids = sandboxes.slice(0, MAX_IDS).map(({ SandboxId }) => SandboxId)
  return ` (${ids.join(', ')}${sandboxes.length > MAX_IDS ? ', ...' : ''})`
}
