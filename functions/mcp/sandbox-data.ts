import * as v from 'valibot'
import { type Sandbox, STATUSES } from '../../shared/manager/sandbox/sandbox.ts'

const text = (description: string) => v.pipe(v.string(), v.metadata({ description }))

export const sandboxId = text('The id of the sandbox.')
export const status = v.pipe(
  v.picklist(STATUSES),
  v.metadata({ description: 'Status of the machine. Its desktop can be used while it is RUNNING.' }),
)
export const expireAt = v.optional(
  text('When the sandbox ends, unless it is renewed (RFC 3339, UTC). Absent: it has no end.'),
)

/** A sandbox in the result of a tool. */
export const SandboxData = v.object({
  sandbox_id: sandboxId,
  status,
  os_type: text('Linux or Windows.'),
  instance_type: text('Type of the machine.'),
  instance_name: v.optional(text('Name of the machine.')),
  private_ip: v.optional(text('Address in the private network, while the sandbox is RUNNING.')),
  public_ip: v.optional(text('Public address, if it has one.')),
  created_at: v.optional(text('When it was created (RFC 3339, UTC).')),
  expire_at: expireAt,
  owner: v.optional(text('Whose sandbox it is.')),
})

export function toSandboxData(sandbox: Sandbox) {
  return {
    sandbox_id: sandbox.SandboxId,
    status: sandbox.Status,
    os_type: sandbox.OsType,
    instance_type: sandbox.InstanceTypeId,
    instance_name: sandbox.InstanceName,
    private_ip: sandbox.PrimaryIp,
    public_ip: sandbox.Eip,
    created_at: sandbox.CreatedAt,
    expire_at: sandbox.ExpireAt,
    owner: sandbox.Owner,
  }
}
