import { createHash, randomUUID } from 'node:crypto'
import type { Config, Override } from '../config/schema.ts'
import { ActionError, invalidParameter, missingParameter } from '../errors.ts'
import type { Call, Cloud } from './cloud.ts'
import { countSandboxes } from './describe.ts'
import { CloudError } from './ecs/cloud-error.ts'
import { saying } from './refusal.ts'

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
  /** ASCII, at most 64 characters. The same token makes one machine, however often it is sent. */
  ClientToken?: string | undefined
}

/**
 * Makes one machine with one call to the cloud (two when `security.max_sandboxes` is set) and does not wait for it to
 * boot.
 * @throws {ActionError} `OperationDenied.<Name>`, `MissingParameter.<Name>`, `InvalidParameter.<Name>`,
 *   `QuotaExceeded.MaximumSandboxes`
 * @throws {CloudError}
 */
export async function createSandbox(cloud: Cloud, call: Call, request: CreateRequest): Promise<{ SandboxId: string }> {
  const { config } = call
  refuseImpossible(config, request)
  const token = request.ClientToken ?? tokenOf(call.callerRequestId)
  if (config.security.max_sandboxes > 0) await refuseAboveLimit(cloud, call, token)
  try {
    const { InstanceIds } = await cloud.runInstances({ ...launch(config, request, token), ClientToken: token })
    return { SandboxId: InstanceIds[0] ?? '' }
  } catch (error) {
    throw error instanceof CloudError ? explained(error, request, token) : error
  }
}

function refuseImpossible(config: Config, request: CreateRequest): void {
  for (const name of Object.keys(request) as (keyof CreateRequest)[]) {
    if (name === 'OsType' || name === 'ClientToken' || request[name] === undefined) continue
    if (!config.security.allowed_overrides.includes(name)) {
      throw new ActionError(403, `OperationDenied.${name}`, `${name} may not be set here: the operator has fixed it.`)
    }
  }
  const { tag_key, windows_image_id } = config.instance
  if (request.TagKey !== undefined && request.TagValue === undefined) throw missingParameter('TagValue')
  if (request.TagKey === undefined && request.TagValue !== undefined) throw missingParameter('TagKey')
  if (request.TagKey === tag_key) throw invalidParameter('TagKey', 'must be another than the tag of the manager')
  if (request.OsType === 'Windows' && windows_image_id === '' && request.ImageId === undefined) {
    throw invalidParameter('OsType', 'must be Linux: no Windows image is configured')
  }
}

// A request id of the caller's makes its retries safe without a ClientToken. Hashed, because ECS takes 64 characters.
function tokenOf(callerRequestId: string | undefined): string {
  return callerRequestId === undefined ? randomUUID() : hash(`X-Request-ID ${callerRequestId}`)
}

const hash = (text: string) => createHash('sha256').update(text).digest('base64url')

const TOKEN_TAG = 'ecs-manager:client-token'

// Two creations at the same moment may both find room for one: the limit keeps the bill in bounds, the account's own
// quota is the hard one.
async function refuseAboveLimit(cloud: Cloud, call: Call, token: string): Promise<void> {
  const limit = call.config.security.max_sandboxes
  const count = await countSandboxes(cloud, call)
  if (count < limit) return
  // The retry of a creation whose answer was lost has to learn the id of its machine, not that the room is taken by it.
  const { Instances } = await cloud.describeInstances({
    TagFilters: [{ Key: TOKEN_TAG, Values: [hash(token)] }],
    MaxResults: 1,
  })
  if (Instances.length > 0) return
  throw new ActionError(
    429,
    'QuotaExceeded.MaximumSandboxes',
    `There are ${count} sandboxes and at most ${limit} are allowed (security.max_sandboxes). Delete one first.`,
    { retryAfter: 60 },
  )
}

function launch({ instance, network, security }: Config, request: CreateRequest, token: string) {
  const windows = request.OsType === 'Windows'
  const userData = request.UserData ?? (Buffer.from(instance.user_data).toString('base64') || undefined)
  const project = request.ProjectName ?? instance.project_name
  return {
    ZoneId: request.ZoneId ?? instance.zone,
    ImageId: request.ImageId ?? (windows ? instance.windows_image_id : instance.image_id),
    InstanceName: `sandbox-${request.InstanceName ?? instance.name}`,
    InstanceTypeId: request.InstanceType ?? instance.type,
    InstanceChargeType: 'PostPaid',
    SpotStrategy: instance.spot_strategy,
    Count: 1,
    NetworkInterfaces: [
      {
        SubnetId: request.SubnetId ?? network.subnet_id,
        SecurityGroupIds: request.SecurityGroupIds ?? network.security_group_ids,
      },
    ],
    Volumes: [{ VolumeType: instance.volume_type, Size: instance.volume_size }],
    ...credential(instance, request, windows),
    UserData: userData,
    ProjectName: project || undefined,
    EipAddress:
      network.eip_bandwidth_mbps > 0
        ? // Without ReleaseWithInstance the address outlives the machine, and its bill too.
          { BandwidthMbps: network.eip_bandwidth_mbps, ReleaseWithInstance: true }
        : undefined,
    Tags: [
      { Key: instance.tag_key, Value: instance.tag_value },
      ...(request.TagKey === undefined ? [] : [{ Key: request.TagKey, Value: request.TagValue ?? '' }]),
      ...(security.max_sandboxes > 0 ? [{ Key: TOKEN_TAG, Value: hash(token) }] : []),
    ],
  }
}

// ECS takes one of the three and ignores a key pair on Windows.
function credential(instance: Config['instance'], { Password }: CreateRequest, windows: boolean) {
  if (Password !== undefined) return { Password }
  if (instance.key_pair_name !== '' && !windows) return { KeyPairName: instance.key_pair_name }
  return instance.password === '' ? { KeepImageCredential: true } : { Password: instance.password }
}

// A refusal that names what the caller chose is the caller's to mend; the same about a configured value is not.
const BLAMED: readonly (readonly [RegExp, Override])[] = [
  [/InstanceType/, 'InstanceType'],
  [/InstanceName/, 'InstanceName'],
  [/Image/, 'ImageId'],
  [/Zone/, 'ZoneId'],
  [/Project/, 'ProjectName'],
  [/Subnet/, 'SubnetId'],
  [/SecurityGroup/, 'SecurityGroupIds'],
  [/Password/, 'Password'],
  [/UserData/, 'UserData'],
  [/Tag/, 'TagKey'],
]

function explained(error: CloudError, request: CreateRequest, token: string): Error {
  const { kind, code = '' } = error
  if (kind === 'refused' && !/^(QuotaExceeded|Idempotent)/.test(code)) {
    const blamed = BLAMED.find(([pattern, name]) => request[name] !== undefined && pattern.test(code))
    if (blamed)
      return invalidParameter(blamed[1], `is refused by the cloud as ${code}${saying(error).slice(0, -1)}`, error)
  }
  if (kind === 'timeout' || kind === 'unreachable' || kind === 'unreadable' || kind === 'failed') {
    const inTime = kind === 'timeout' || error.status === 504
    return new ActionError(
      inTime ? 504 : 503,
      kind === 'failed' && code !== '' ? code : inTime ? 'UpstreamTimeout' : 'ServiceUnavailable',
      `The cloud did not confirm the creation. The machine may exist all the same: repeat the call with ClientToken=${token}, which makes no second one.`,
      { cause: error, ...(error.retryAfter !== undefined && { retryAfter: error.retryAfter }) },
    )
  }
  return error
}
