import { createHash, randomUUID } from 'node:crypto'
import * as v from 'valibot'
import type { Override } from '../config/schema.ts'
import { ActionError, invalidParameter, missingParameter } from '../errors.ts'
import { Text } from './ecs/answer.ts'
import { type Call, send } from './ecs/call.ts'
import { CloudError } from './ecs/cloud-error.ts'
import { describeInstances, type Instance } from './ecs/instances.ts'
import { pause, toUtc } from './ecs/time.ts'
import { describeError, mapError, translateErrors } from './ecs/translate-errors.ts'
import { BEGIN_TAG, endAfter, endOf, endTag, tagOf } from './sandbox/lifetime.ts'
import { tagged } from './sandbox/sandbox.ts'

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
  /** Printable ASCII, at most 64 characters. One caller's token creates one machine, however often it is sent. */
  ClientToken?: string | undefined
}

/** A sandbox that was made. */
export interface Created {
  SandboxId: string
  /** When it ends, unless it is renewed: RFC 3339 in UTC; absent where it has no end. */
  ExpireAt: string | undefined
}

/**
 * Creates one machine and does not wait for it to boot. One call to the cloud, two when `security.max_sandboxes` is set.
 * @throws {ActionError} `OperationDenied.<Name>`, `MissingParameter.<Name>`, `InvalidParameter.<Name>`,
 *   `QuotaExceeded.MaximumSandboxes`, `IdempotentParameterMismatch`, and what the cloud brings about
 */
export function createSandbox(call: Call, request: CreateRequest): Promise<Created> {
  const token = tokenOf(call, request)
  return translateErrors(async () => {
    refuseImpossible(call, request)
    endAfter(call.config, request.LifetimeSeconds)
    await refuseAboveLimit(call, token)
    return run(call, request, token)
  })
}

function run(call: Call, request: CreateRequest, token: Token): Promise<Created> {
  return translateErrors(
    async () => {
      try {
        return await runInstances(call, request, token, Date.now())
      } catch (error) {
        if (isMismatch(error)) return retryCreation(call, request, token, error)
        throw asCallerError(error, request)
      }
    },
    `The machine may exist: ${repeatWith(token)}`,
  )
}

/** @param begin  from when the lifetime counts, in milliseconds since 1970 */
async function runInstances(call: Call, request: CreateRequest, token: Token, begin: number): Promise<Created> {
  const end = endAfter(call.config, request.LifetimeSeconds, begin)
  const { InstanceIds } = await send(call, 'RunInstances', machine(call, request, token, begin, end), RunResult)
  return { SandboxId: InstanceIds[0], ExpireAt: toUtc(end) }
}

const RunResult = v.object({ InstanceIds: v.tuple([Text]) })

// A retry comes later than the first try, so it would begin and end later, and the cloud takes it for another request. What
// the first try sent is on its machine: with that, the cloud tells whether anything else differs.
async function retryCreation(call: Call, request: CreateRequest, token: Token, mismatch: unknown): Promise<Created> {
  const first = await findFirst(call, token)
  if (first === undefined) {
    const message = `The machine of this ClientToken is not visible, because it is new or gone: ${repeatWith(token)}`
    throw new ActionError(503, 'ServiceUnavailable', message, { cause: mismatch, retryAfter: 5 })
  }
  try {
    const again = await runInstances(call, request, token, first.begin)
    // Another id: the cloud has forgotten the token just now.
    if (again.SandboxId === first.instance.id) again.ExpireAt = toUtc(endOf(first.instance, call.config))
    return again
  } catch (error) {
    if (!isMismatch(error)) throw asCallerError(error, request)
    const name = token.isRequestId ? 'X-Request-ID, which stands for a ClientToken,' : 'ClientToken'
    const message = `The ${name} was used with other parameters: send a new ClientToken for another sandbox.`
    throw new ActionError(409, 'IdempotentParameterMismatch', message, { cause: error })
  }
}

/**
 * The machine that was created with the token, and from when its lifetime counts. A new one is not visible for some seconds,
 * so this looks until the deadline: to be told that there is none, a caller would take a new token and pay for two machines.
 */
async function findFirst(call: Call, token: Token): Promise<{ instance: Instance; begin: number } | undefined> {
  for (let seconds = 1; ; seconds = Math.min(seconds + 1, 3)) {
    const { instances } = await describeInstances(call, withToken(token)).catch(noneInTime)
    const [latest] = instances
      .map((instance) => ({ instance, begin: Number(tagOf(instance, BEGIN_TAG) ?? 0) }))
      .filter(({ begin }) => begin > 0)
      // The cloud may have forgotten this token once, and created a second machine.
      .sort((one, other) => other.begin - one.begin)
    if (latest || !(await pause(call, seconds))) return latest
  }
}

// The deadline came during the last look.
function noneInTime(error: unknown): { instances: Instance[] } {
  if (error instanceof CloudError && error.kind === 'timeout') return { instances: [] }
  throw error
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

interface Token {
  /** What a caller repeats the call with. */
  value: string
  /** It was made of the caller's X-Request-ID. */
  isRequestId: boolean
  /** What the cloud gets, at most 64 characters: made of the caller's name too, so that a token is the caller's own. */
  sent: string
}

function tokenOf({ caller, callerRequestId }: Call, { ClientToken }: CreateRequest): Token {
  const isRequestId = ClientToken === undefined && callerRequestId !== undefined
  const value = isRequestId ? hash(`X-Request-ID ${callerRequestId}`) : (ClientToken ?? randomUUID())
  return { value, isRequestId, sent: hash(`${caller} ${value}`) }
}

const hash = (text: string) => createHash('sha256').update(text).digest('base64url')

const repeatWith = ({ value }: Token) => `repeat the call with ClientToken=${value}.`

function isMismatch(error: unknown): boolean {
  return error instanceof CloudError && error.details.code === 'IdempotentParameterMismatch'
}

// By this a retry finds the machine of its first try.
const TOKEN_TAG = 'ecs-manager:client-token'

const withToken = ({ sent }: Token) => ({ TagFilters: [{ Key: TOKEN_TAG, Values: [sent] }] })

// Two creations at the same moment may both find room for one: this limit keeps the bill in bounds, the account's own
// quota is the hard one.
async function refuseAboveLimit(call: Call, token: Token): Promise<void> {
  const limit = call.config.security.max_sandboxes
  if (limit === 0) return
  const count = await countInstances(call, tagged(call.config))
  if (count < limit) return
  // The retry of a creation whose answer was lost has to learn the id of its machine, not that this takes the room.
  if (await countInstances(call, withToken(token))) return
  const message = `There are ${count} of at most ${limit} sandboxes.`
  throw new ActionError(429, 'QuotaExceeded.MaximumSandboxes', message)
}

async function countInstances(call: Call, filter: Parameters<typeof describeInstances>[1]): Promise<number> {
  const { total } = await describeInstances(call, { ...filter, MaxResults: 1 })
  return total
}

function machine(call: Call, request: CreateRequest, token: Token, begin: number, end: number | undefined) {
  const { instance, network } = call.config
  const windows = request.OsType === 'Windows'
  const { TagKey: Key, TagValue: Value = '' } = request
  return {
    ClientToken: token.sent,
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
      { Key: TOKEN_TAG, Value: token.sent },
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
function asCallerError(error: unknown, { ClientToken, ...chosen }: CreateRequest): unknown {
  if (!(error instanceof CloudError) || mapError(error)[0] !== 502) return error
  const { code = '' } = error.details
  // InvalidImage.NotFound is about ImageId.
  const name = Object.keys(chosen).find((name) => code.includes(name.replace(/Ids?$/, '')))
  return name ? invalidParameter(name, `is refused by the cloud as ${code}. ${describeError(error)}`, error) : error
}
