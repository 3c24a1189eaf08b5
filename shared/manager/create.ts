import { createHash, randomUUID } from 'node:crypto'
import type { Override } from '../config/schema.ts'
import { ActionError, invalidParameter, missingParameter } from '../errors.ts'
import { type Call, send } from './cloud.ts'
import { fields, list, number, text } from './ecs/answer.ts'
import { CloudError } from './ecs/cloud-error.ts'
import { END_TAG, endAfter, endTag } from './lifetime.ts'
import { inOurWords, said, verdict } from './refusal.ts'
import { tagged } from './sandbox.ts'
import { pause, toUtc } from './time.ts'

/** What a caller may ask of a new sandbox; everything absent is as configured. */
export interface CreateRequest {
  OsType: 'Linux' | 'Windows'
  InstanceName?: string | undefined
  InstanceType?: string | undefined
  ZoneId?: string | undefined
  ImageId?: string | undefined
  ProjectName?: string | undefined
  SubnetId?: string | undefined
  SecurityGroupIds?: readonly string[] | undefined
  Password?: string | undefined
  /** Base64. */
  UserData?: string | undefined
  TagKey?: string | undefined
  TagValue?: string | undefined
  /** Seconds until it ends; as configured when undefined, 0: no end. */
  LifetimeSeconds?: number | undefined
  /** ASCII, at most 64 characters. The same token makes one machine, however often it is sent. */
  ClientToken?: string | undefined
}

/** A sandbox that was made. */
export interface Created {
  SandboxId: string
  /** When it ends, unless it is renewed: RFC 3339 in UTC; absent where it has no end. */
  ExpireAt: string | undefined
}

/**
 * Makes one machine and does not wait for it to boot. One call to the cloud, two when `security.max_sandboxes` is set.
 * @throws {ActionError} `OperationDenied.<Name>`, `MissingParameter.<Name>`, `InvalidParameter.<Name>`,
 *   `QuotaExceeded.MaximumSandboxes`, `IdempotentParameterMismatch`, and what the cloud brings about
 */
export function createSandbox(call: Call, request: CreateRequest): Promise<Created> {
  const token = request.ClientToken ?? tokenOf(call)
  return inOurWords(async () => {
    refuseImpossible(call, request)
    endAfter(call.config, request.LifetimeSeconds)
    await refuseAboveLimit(call, token)
    return run(call, request, token)
  })
}

function run(call: Call, request: CreateRequest, token: string): Promise<Created> {
  return inOurWords(async () => {
    try {
      return await runInstances(call, request, token, Date.now())
    } catch (error) {
      if (error instanceof CloudError && error.details.code === 'IdempotentParameterMismatch') {
        return runAgain(call, request, token, error)
      }
      throw blamed(error, request)
    }
  }, `The machine may exist all the same: repeat the call with ClientToken=${token}.`)
}

/** @param begin  from when the lifetime counts, in milliseconds since 1970 */
function runInstances(call: Call, request: CreateRequest, token: string, begin: number): Promise<Created> {
  const end = endAfter(call.config, request.LifetimeSeconds, begin)
  return send(call, 'RunInstances', machine(call, request, token, begin, end), ({ InstanceIds }) => ({
    SandboxId: text(fields(InstanceIds)[0]),
    ExpireAt: toUtc(end),
  }))
}

// A retry of the caller's comes later than the first try, so it would begin and end later, and the cloud takes it for
// another request. What the first try sent stands on its machine: with that, the cloud tells whether anything else differs.
// A new machine is not to be seen for some seconds.
async function runAgain(call: Call, request: CreateRequest, token: string, mismatch: unknown): Promise<Created> {
  for (let seconds = 1; ; seconds += 1) {
    const machines = await send(call, 'DescribeInstances', withToken(token), ({ Instances }) =>
      list(Instances, ({ Tags, InstanceId }) => ({
        ...Object.fromEntries(list(Tags, ({ Key, Value }) => [Key, Value])),
        InstanceId,
      })),
    )
    // The latest: the cloud may have forgotten this token once, and made a second machine of it.
    const [made] = machines.sort((one, other) => other[BEGIN_TAG] - one[BEGIN_TAG])
    if (made?.[BEGIN_TAG]) {
      const again = await runInstances(call, request, token, Number(made[BEGIN_TAG]))
      // Else the cloud has forgotten the token just now.
      if (again.SandboxId === made.InstanceId) again.ExpireAt = made[END_TAG] === 'never' ? undefined : made[END_TAG]
      return again
    }
    if (seconds > 3 || !(await pause(call, seconds))) throw mismatch
  }
}

function refuseImpossible({ config: { instance, security } }: Call, request: CreateRequest): void {
  const { OsType, ClientToken, LifetimeSeconds, ...overrides } = request
  for (const [name, value] of Object.entries(overrides)) {
    // In another project than the configured one it would be no sandbox of this manager, and nobody would end it.
    const lost = name === 'ProjectName' && instance.project_name !== ''
    if (value !== undefined && (lost || !security.allowed_overrides.includes(name as Override))) {
      throw new ActionError(403, `OperationDenied.${name}`, `${name} is fixed by the operator.`)
    }
  }
  const { TagKey, TagValue, ImageId } = request
  if (!TagKey !== !TagValue) throw missingParameter(TagKey ? 'TagValue' : 'TagKey')
  if (TagKey === instance.tag_key) throw invalidParameter('TagKey', 'must not be the tag of the manager')
  if (OsType === 'Windows' && instance.windows_image_id === '' && ImageId === undefined) {
    throw invalidParameter('OsType', 'must be Linux: no Windows image is configured')
  }
}

// A request id of the caller's makes its retries safe without a ClientToken; that of another caller must not give it the
// same machine. Hashed, because ECS takes 64 characters.
function tokenOf({ caller, callerRequestId }: Call): string {
  return callerRequestId === undefined ? randomUUID() : hash(`X-Request-ID ${caller} ${callerRequestId}`)
}

const hash = (text: string) => createHash('sha256').update(text).digest('base64url')

// By this a retry knows, where there is no room left, that the machine of its first try is among those that take it.
const TOKEN_TAG = 'ecs-manager:client-token'
// From when its first lifetime counts, in milliseconds since 1970. No two tries of a caller's have the same.
const BEGIN_TAG = 'ecs-manager:begin'

const withToken = (token: string) => ({ TagFilters: [{ Key: TOKEN_TAG, Values: [hash(token)] }] })

// Two creations at the same moment may both find room for one: this limit keeps the bill in bounds, the account's own
// quota is the hard one.
async function refuseAboveLimit(call: Call, token: string): Promise<void> {
  const limit = call.config.security.max_sandboxes
  if (limit === 0) return
  const count = await countInstances(call, tagged(call.config))
  if (count < limit) return
  // The retry of a creation whose answer was lost has to learn the id of its machine, not that this takes the room.
  if (await countInstances(call, withToken(token))) return
  const message = `There are ${count} of at most ${limit} sandboxes.`
  throw new ActionError(429, 'QuotaExceeded.MaximumSandboxes', message)
}

function countInstances(call: Call, filter: Parameters<typeof send>[2]): Promise<number> {
  return send(call, 'DescribeInstances', { ...filter, MaxResults: 1 }, ({ TotalCount }) => number(TotalCount))
}

function machine(call: Call, request: CreateRequest, token: string, begin: number, end: number | undefined) {
  const { instance, network } = call.config
  const windows = request.OsType === 'Windows'
  const { TagKey: Key, TagValue: Value = '' } = request
  return {
    ClientToken: token,
    ZoneId: request.ZoneId ?? instance.zone,
    ImageId: request.ImageId ?? (windows ? instance.windows_image_id : instance.image_id),
    InstanceName: `sandbox-${request.InstanceName ?? instance.name}`,
    InstanceTypeId: request.InstanceType ?? instance.type,
    InstanceChargeType: 'PostPaid',
    SpotStrategy: instance.spot_strategy,
    NetworkInterfaces: [
      {
        SubnetId: request.SubnetId ?? network.subnet_id,
        SecurityGroupIds: request.SecurityGroupIds ?? network.security_group_ids,
      },
    ],
    Volumes: [{ VolumeType: instance.volume_type, Size: instance.volume_size }],
    ...credential(call, request),
    UserData: (request.UserData ?? Buffer.from(instance.user_data).toString('base64')) || undefined,
    ProjectName: (request.ProjectName ?? instance.project_name) || undefined,
    // Without ReleaseWithInstance the address outlives the machine, and its bill too.
    EipAddress: network.eip_bandwidth_mbps
      ? { BandwidthMbps: network.eip_bandwidth_mbps, ReleaseWithInstance: true }
      : undefined,
    Tags: [
      { Key: instance.tag_key, Value: instance.tag_value },
      ...(Key === undefined ? [] : [{ Key, Value }]),
      { Key: TOKEN_TAG, Value: hash(token) },
      { Key: BEGIN_TAG, Value: `${begin}` },
      endTag(end),
    ],
  }
}

// ECS takes one of the three, and ignores a key pair on Windows.
function credential({ config: { instance } }: Call, { OsType, Password }: CreateRequest) {
  const KeyPairName = instance.key_pair_name
  if (KeyPairName && OsType === 'Linux' && !Password) return { KeyPairName }
  return Password || instance.password ? { Password: Password ?? instance.password } : { KeepImageCredential: true }
}

// A refusal that names what the caller chose is the caller's to mend; the same about a configured value is not.
function blamed(error: unknown, { ClientToken, ...chosen }: CreateRequest): unknown {
  if (!(error instanceof CloudError) || verdict(error)[0] !== 502) return error
  const { code = '' } = error.details
  // InvalidImage.NotFound is about ImageId.
  const name = Object.keys(chosen).find((name) => code.includes(name.replace(/Ids?$/, '')))
  return name ? invalidParameter(name, `is refused by the cloud as ${code}. ${said(error)}`, error) : error
}
