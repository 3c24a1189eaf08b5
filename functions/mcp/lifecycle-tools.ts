import * as v from 'valibot'
import * as rules from '../../shared/config/rules.ts'
import { ActionError } from '../../shared/errors.ts'
import { OsType, Seconds } from '../../shared/handler/parameter-schemas.ts'
import { type ToolCall, tool } from '../../shared/handler/tool.ts'
import { createSandbox } from '../../shared/manager/create-sandbox.ts'
import { deleteSandbox } from '../../shared/manager/delete-sandbox.ts'
import { describeSandboxTerminalUrl } from '../../shared/manager/describe-sandbox-terminal-url.ts'
import { describeSandboxes } from '../../shared/manager/describe-sandboxes.ts'
import { renewSandbox } from '../../shared/manager/renew-sandbox.ts'
import { STATUSES } from '../../shared/manager/sandbox/sandbox.ts'
import { startSandbox } from '../../shared/manager/start-sandbox.ts'
import { stopSandbox } from '../../shared/manager/stop-sandbox.ts'
import { SandboxIdArgument, text } from './arguments.ts'
import { chooseSandboxId } from './chosen-sandbox.ts'
import { expireAt, SandboxData, sandboxId, status, toSandboxData } from './sandbox-data.ts'
import { type Waited, waitForDesktop } from './wait-for-desktop.ts'

const READ_ONLY = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false }
const CHANGE = { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false }
const DESTRUCTION = { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false }

const described = (description: string) => v.pipe(v.string(), v.metadata({ description }))
const advice = v.optional(described('What to do next.'))
const ready = v.pipe(v.boolean(), v.metadata({ description: 'The desktop can be used.' }))

const lifetime = (description: string) => v.pipe(Seconds, v.metadata({ description }))

const create = tool({
  name: 'create_sandbox',
  title: 'Create a sandbox',
  description: `Creates a new machine with a desktop, and waits until the desktop can be used. That takes up to some minutes: if the
result has ready=false, call wait_for_desktop. A sandbox costs money until it is deleted. If the call fails or its answer is lost,
repeat it with the same client_token: that creates no second machine.`,
  right: 'CreateSandbox',
  annotations: CHANGE,
  input: v.object({
    os_type: v.optional(
      v.pipe(OsType, v.metadata({ description: 'Operating system. The tools that use a desktop need Linux.' })),
      'Linux',
    ),
    lifetime_seconds: v.optional(
      lifetime('Time until the sandbox is deleted, unless it is renewed. Default: as the operator has configured.'),
    ),
    client_token: text(
      [/^[!-+\--~]{1,64}$/, 'must be 1 to 64 printable ASCII characters without space and comma'],
      'A name of your choice for this creation, e.g. task-7. Calls with the same token and arguments create one sandbox.',
    ),
    instance_name: text(rules.INSTANCE_NAME, 'The machine is called sandbox-<instance_name>.'),
    instance_type: text(rules.INSTANCE_TYPE, 'Type of the machine, e.g. ecs.g3i.large. Default: as configured.'),
    zone_id: text(rules.ZONE, 'Zone of the machine. Default: as configured.'),
    image_id: text(rules.IMAGE, 'Image of the machine. Default: as configured for its operating system.'),
  }),
  output: v.object({ sandbox_id: sandboxId, status, ready, expire_at: expireAt, advice }),
  async run(input, call) {
    const { SandboxId, ExpireAt } = await createSandbox(call, {
      OsType: input.os_type,
      LifetimeSeconds: input.lifetime_seconds,
      ClientToken: input.client_token,
      InstanceName: input.instance_name,
      InstanceType: input.instance_type,
      ZoneId: input.zone_id,
      ImageId: input.image_id,
    })
    call.concerns(SandboxId)
    await call.progress(`Sandbox ${SandboxId} is created.`)
    const { waited, problem } = await tryToWait(call, SandboxId)
    return { data: toReadiness(SandboxId, { ...waited, expireAt: ExpireAt }, problem) }
  },
})

/** The sandbox exists and costs money: whatever fails now, the result must have its id. */
async function tryToWait(call: ToolCall, SandboxId: string): Promise<{ waited: Waited; problem?: string }> {
  try {
    return { waited: await waitForDesktop(call, SandboxId, true) }
  } catch (error) {
    if (!(error instanceof ActionError)) throw error
    call.log.note(`the wait for the desktop failed: ${error.code}: ${error.message}`)
    const waited = { ready: false, status: 'CREATING', expireAt: undefined }
    return { waited, problem: `The wait failed with ${error.code}. ` }
  }
}

/** For machines without a desktop. The local cloud is the usual case. */
const NO_DESKTOP =
  'The machine runs, but has no desktop (terminal.desktops is false). Do not wait for one. The local cloud has desktops if it is started with npm start -- --desktops.'

function toReadiness(sandboxId: string, waited: Waited, problem = '') {
  const { ready, status, expireAt } = waited
  const missing = waited.hasNoDesktop ? NO_DESKTOP : `${problem}The desktop is not ready yet. Call wait_for_desktop.`
  return {
    sandbox_id: sandboxId,
    status,
    ready,
    expire_at: expireAt,
    advice: ready ? undefined : missing,
  }
}

const waitForIt = tool({
  name: 'wait_for_desktop',
  title: 'Wait for a desktop',
  description: `Waits until the desktop of a sandbox can be used: the machine is RUNNING, and its desktop answers and shows
something. If the time is not enough, the result has ready=false: call it again. For a Windows sandbox, waits until the agent in
the machine can be reached.`,
  right: 'DescribeSandboxes',
  annotations: READ_ONLY,
  input: v.object({ sandbox_id: SandboxIdArgument }),
  output: v.object({ sandbox_id: sandboxId, status, ready, expire_at: expireAt, advice }),
  async run(input, call) {
    const id = await chooseSandboxId(call, input.sandbox_id)
    return { data: toReadiness(id, await waitForDesktop(call, id)) }
  },
})

const list = tool({
  name: 'list_sandboxes',
  title: 'List sandboxes',
  description: 'Lists your sandboxes with their status.',
  right: 'DescribeSandboxes',
  annotations: READ_ONLY,
  input: v.object({
    status: v.optional(
      v.pipe(
        v.picklist(STATUSES, `must be one of ${STATUSES.join(', ')}`),
        v.metadata({ description: 'Only sandboxes in this status.' }),
      ),
    ),
    os_type: v.optional(v.pipe(OsType, v.metadata({ description: 'Only sandboxes with this operating system.' }))),
  }),
  output: v.object({ sandboxes: v.array(SandboxData) }),
  async run(input, call) {
    const { sandboxes } = await describeSandboxes(call, { Status: input.status, OsType: input.os_type })
    return { data: { sandboxes: sandboxes.map(toSandboxData) } }
  },
})

const renew = tool({
  name: 'renew_sandbox',
  title: 'Renew a sandbox',
  description: 'Sets the end of a sandbox to a time from now, which may be earlier or later than before.',
  right: 'RenewSandbox',
  annotations: CHANGE,
  input: v.object({
    sandbox_id: SandboxIdArgument,
    lifetime_seconds: lifetime('Time from now to the end of the sandbox. 0: no end, if the operator allows that.'),
  }),
  output: v.object({ sandbox_id: sandboxId, expire_at: expireAt }),
  async run(input, call) {
    const id = await chooseSandboxId(call, input.sandbox_id)
    const { ExpireAt } = await renewSandbox(call, id, input.lifetime_seconds)
    return { data: { sandbox_id: id, expire_at: ExpireAt } }
  },
})

const StateData = v.object({ sandbox_id: sandboxId, status, expire_at: expireAt, advice })

const stop = tool({
  name: 'stop_sandbox',
  title: 'Stop a sandbox',
  description:
    'Shuts the machine of a sandbox down. Open programs end, and unsaved work is lost. Its disk stays, and its lifetime goes on.',
  right: 'StopSandbox',
  annotations: DESTRUCTION,
  input: v.object({ sandbox_id: SandboxIdArgument }),
  output: StateData,
  async run(input, call) {
    const id = await chooseSandboxId(call, input.sandbox_id)
    const { Status, ExpireAt } = await stopSandbox(call, id)
    return { data: { sandbox_id: id, status: Status, expire_at: ExpireAt } }
  },
})

const start = tool({
  name: 'start_sandbox',
  title: 'Start a sandbox',
  description: 'Boots a sandbox that is STOPPED. Call wait_for_desktop afterwards.',
  right: 'StartSandbox',
  annotations: CHANGE,
  input: v.object({ sandbox_id: SandboxIdArgument }),
  output: StateData,
  async run(input, call) {
    const id = await chooseSandboxId(call, input.sandbox_id)
    const { Status, ExpireAt } = await startSandbox(call, id)
    const data = { sandbox_id: id, status: Status, expire_at: ExpireAt, advice: 'Call wait_for_desktop.' }
    return { data }
  },
})

const remove = tool({
  name: 'delete_sandbox',
  title: 'Delete a sandbox',
  description:
    'Deletes a sandbox permanently, with its desktop and all its data. A sandbox that is already gone is InvalidSandbox.NotFound.',
  right: 'DeleteSandbox',
  annotations: DESTRUCTION,
  input: v.object({ sandbox_id: SandboxIdArgument }),
  output: v.object({ sandbox_id: sandboxId }),
  async run(input, call) {
    const id = await chooseSandboxId(call, input.sandbox_id)
    await deleteSandbox(call, id)
    return { data: { sandbox_id: id } }
  },
})

const open = tool({
  name: 'open_desktop',
  title: 'Open a desktop for a person',
  description: `Returns a link with which a person watches or controls the desktop in a browser, for example to log in or to solve a
captcha. The sandbox must be RUNNING. You cannot open the link yourself: show it to the person.`,
  right: 'DescribeSandboxTerminalUrl',
  annotations: { ...CHANGE, idempotentHint: false },
  input: v.object({ sandbox_id: SandboxIdArgument }),
  output: v.object({
    sandbox_id: sandboxId,
    url: v.optional(described('The link. Absent if the operator has configured no viewer.')),
    token: v.optional(described('For a VNC viewer of your own, if there is no link.')),
    url_expire_at: v.optional(described('Until when the link can be opened, once (RFC 3339, UTC).')),
    windows_key: v.optional(described('The password of a Windows desktop.')),
    expire_at: expireAt,
  }),
  async run(input, call) {
    const id = await chooseSandboxId(call, input.sandbox_id)
    const terminal = await describeSandboxTerminalUrl(call, id)
    const data = { sandbox_id: id, url: terminal.Url, expire_at: terminal.ExpireAt }
    if (terminal.OsType === 'Windows') return { data: { ...data, windows_key: terminal.WindowsKey } }
    const token = terminal.Url === undefined ? terminal.Token : undefined
    return { data: { ...data, token, url_expire_at: terminal.TokenExpireAt } }
  },
})

/** The tools that create, find and delete sandboxes. */
export const LIFECYCLE_TOOLS = [create, waitForIt, list, renew, stop, start, remove, open]
