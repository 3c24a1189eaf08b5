import { createHash, randomUUID } from 'node:crypto'
import * as v from 'valibot'
import type { Override } from '../config/schema.ts'
import { ActionError, invalidParameter, missingParameter } from '../errors.ts'
import { NonEmptyText } from './ecs/answer-schemas.ts'
import { type Call, send } from './ecs/call.ts'
import { CloudError } from './ecs/cloud-error.ts'
import { describeInstances, type Instance } from './ecs/instances.ts'
import { pause, toUtc } from './ecs/time.ts'
import { describeError, mapError, translateErrors } from './ecs/translate-errors.ts'
import { BEGIN_TAG, checkLifetime, endAfter, endOf, endTag, tagOf } from './sandbox/lifetime.ts'
import { ownerTags } from './sandbox/owner.ts'
import { sandboxFilter } from './sandbox/sandbox.ts'

/** The parameters of a new sandbox. For an absent one, the configuration applies. */
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
  /** Seconds; undefined: the configured default; 0: no end. */
  LifetimeSeconds?: number | undefined
  /** Printable ASCII, at most 64 characters. Calls of one caller with the same token create one machine. */
  ClientToken?: string | undefined
}

/** A created sandbox. */
export interface Created {
  SandboxId: string
  /** When it ends, unless it is renewed: RFC 3339 in UTC; absent if it has no end. */
  ExpireAt: string | undefined
}

/**
 * Creates one machine and does not wait for it to boot. One call to the cloud, and one for each limit of
 * `security` that is set.
 * @throws {ActionError} `OperationDenied.<Name>`, `MissingParameter.<Name>`, `InvalidParameter.<Name>`,
 *   `QuotaExceeded.MaximumSandboxes`, `IdempotentParameterMismatch`, and the errors of the cloud
 */
export async function createSandbox(call: Call, request: CreateRequest): Promise<Created> {
  const token = tokenOf(call, request)
  refuseImpossible(call, request)
  await translateErrors(() => refuseAboveLimit(call, token))
  return translateErrors(() => createOnce(call, request, token), `The machine may exist: ${repeatWith(token)}`)
}

async function createOnce(call: Call, request: CreateRequest, token: Token): Promise<Created> {
  try {
    return await runInstances(call, request, token, Date.now())
  } catch (error) {
    if (isMismatch(error)) return retryCreation(call, request, token, error)
    throw asCallerError(error, request)
  }
}

/** @param begin  the start of the lifetime, in milliseconds since 1970 */
async function runInstances(call: Call, request: CreateRequest, token: Token, begin: number): Promise<Created> {
  const end = endAfter(call.config, request.LifetimeSeconds, begin)
  const { InstanceIds } = await send(call, 'RunInstances', machine(call, request, token, begin, end), RunResult)
  return { SandboxId: InstanceIds[0], ExpireAt: toUtc(end) }
}

const RunResult = v.object({ InstanceIds: v.tuple([NonEmptyText]) })

// A retry of the caller has a later start and end than the first call, so to the cloud its parameters differ. The
// machine has the start of the first call as a tag: with that start, the cloud checks whether any other parameter
// differs.
async function retryCreation(call: Call, request: CreateRequest, token: Token, mismatch: unknown): Promise<Created> {
  const first = await findFirst(call, token)
  if (first === undefined) {
    const message = `The machine of this ClientToken is not visible, because it is new or gone: ${repeatWith(token)}`
    throw new ActionError(503, 'ServiceUnavailable', message, { cause: mismatch, retryAfter: 5 })
  }
  try {
    const again = await runInstances(call, request, token, first.begin)
    // If the id differs, the cloud has forgotten the token meanwhile and created another machine.
    if (again.SandboxId === first.instance.id) again.ExpireAt = toUtc(endOf(first.instance, call.config))
    return again
  } catch (error) {
    if (!isMismatch(error)) throw asCallerError(error, request)
    const name = token.isRequestId ? 'X-Request-ID, which stands for a ClientToken,' : 'ClientToken'
    const message = `The ${name} was used with other parameters, or the configuration has changed since. For another sandbox, send a new ClientToken.`
    throw new ActionError(409, 'IdempotentParameterMismatch', message, { cause: error })
  }
}

/**
 * Finds the machine that was created with the token, and the start of its lifetime. A new machine is not visible for
 * some seconds, so this tries until the deadline: a caller who learns that there is no machine would send a new token
 * and pay for two.
 */
async function findFirst(call: Call, token: Token): Promise<{ instance: Instance; begin: number } | undefined> {
  for (let seconds = 1; ; seconds = Math.min(seconds + 1, 3)) {
    const { instances } = await describeInstances(call, withToken(token)).catch(noneAfterTimeout)
    const [latest] = instances
      .map((instance) => ({ instance, begin: Number(tagOf(instance, BEGIN_TAG) ?? 0) }))
      .filter(({ begin }) => begin > 0)
      // There may be two machines, if the cloud forgot the token between two calls: take the newest.
      .sort((one, other) => other.begin - one.begin)
    if (latest || !(await pause(call, seconds))) return latest
  }
}

// The last try may reach the deadline.
function noneAfterTimeout(error: unknown): { instances: Instance[] } {
  if (error instanceof CloudError && error.kind === 'timeout') return { instances: [] }
  throw error
}

/** Refuses what is wrong whatever the cloud says, before the first call to it. */
function refuseImpossible({ config }: Call, request: CreateRequest): void {
  const { instance, security } = config
  const { OsType, ClientToken, LifetimeSeconds, ...overrides } = request
  for (const [name, value] of Object.entries(overrides)) {
    // In another project than the configured one, it would not be a sandbox of this manager, and would never be
    // deleted.
    const isLost = name === 'ProjectName' && instance.project_name !== ''
    if (value !== undefined && (isLost || !security.allowed_overrides.includes(name as Override))) {
      throw new ActionError(403, `OperationDenied.${name}`, `${name} is fixed by the operator.`)
    }
  }
  const { TagKey, TagValue, ImageId } = request
  if (!TagKey !== !TagValue) throw missingParameter(TagKey ? 'TagValue' : 'TagKey')
  if (TagKey === instance.tag_key) throw invalidParameter('TagKey', 'must not be the tag of the manager')
  if (OsType === 'Windows' && instance.windows_image_id === '' && ImageId === undefined) {
    throw invalidParameter('OsType', 'must be Linux: no Windows image is configured')
  }
  checkLifetime(config, LifetimeSeconds)
}

interface Token {
  /** The ClientToken for a retry of the caller. */
  value: string
  /** Whether it was derived from the caller's X-Request-ID. */
  isRequestId: boolean
  /** The token for the cloud, at most 64 characters. It depends on the caller's name too, so callers cannot collide. */
  sent: string
}

function tokenOf({ caller, callerRequestId }: Call, { ClientToken }: CreateRequest): Token {
  const isRequestId = ClientToken === undefined && callerRequestId !== undefined
  const value = isRequestId ? hash(`X-Request-ID ${callerRequestId}`) : (ClientToken ?? randomUUID())
  return { value, isRequestId, sent: hash(`${caller.name} ${value}`) }
}

const hash = (text: string) => createHash('sha256').update(text).digest('base64url')

const repeatWith = ({ value }: Token) => `repeat the call with ClientToken=${value}.`

function isMismatch(error: unknown): boolean {
  return error instanceof CloudError && error.details.code === 'IdempotentParameterMismatch'
}

// With this tag, a retry finds the machine of the first call.
const TOKEN_TAG = 'ecs-manager:client-token'

const withToken = ({ sent }: Token) => ({ TagFilters: [{ Key: TOKEN_TAG, Values: [sent] }] })

// Two creations at the same time may both pass when there is room for one. This limit is for the costs; the hard limit
// is the quota of the account.
async function refuseAboveLimit(call: Call, token: Token): Promise<void> {
  const { config, caller } = call
  const { max_sandboxes, max_sandboxes_per_owner } = config.security
  const reached =
    (await reachedLimit(call, max_sandboxes)) ??
    (caller.owner && (await reachedLimit(call, max_sandboxes_per_owner, caller.owner)))
  if (!reached) return
  // If the machine of this token exists, this is a retry after a lost answer: it must return the id and not this error.
  if (await countInstances(call, withToken(token))) return
  throw new ActionError(429, 'QuotaExceeded.MaximumSandboxes', reached)
}

/**
 * Counts the sandboxes with one call to the cloud; none if the limit is 0.
 * @param owner  undefined: of all owners
 * @returns a message if there is no room for one more
 */
async function reachedLimit(call: Call, limit: number, owner?: string): Promise<string | undefined> {
  if (limit === 0) return undefined
  const count = await countInstances(call, sandboxFilter(call.config, owner))
  const whose = owner === undefined ? '' : ` of the owner ${owner}`
  // Without the number of sandboxes: they may be those of others.
  return count < limit ? undefined : `The limit of sandboxes${whose} (${limit}) is reached.`
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
    // Without ReleaseWithInstance, the address would stay after the machine, and cost money.
    EipAddress: network.eip_bandwidth_mbps
      ? { BandwidthMbps: network.eip_bandwidth_mbps, ReleaseWithInstance: true }
      : undefined,
    Tags: [
      { Key: instance.tag_key, Value: instance.tag_value },
      ...ownerTags(call.caller),
      ...(Key === undefined ? [] : [{ Key, Value }]),
      { Key: TOKEN_TAG, Value: token.sent },
      { Key: BEGIN_TAG, Value: `${begin}` },
      endTag(end),
    ],
  }
}

// ECS accepts only one of the three, and ignores a key pair on Windows.
function credential({ config: { instance } }: Call, { OsType, Password }: CreateRequest) {
  if (Password) return { Password }
  if (instance.key_pair_name && OsType === 'Linux') return { KeyPairName: instance.key_pair_name }
  if (instance.password) return { Password: instance.password }
  return { KeepImageCredential: true }
}

// If the cloud refuses a value that the caller sent, the caller gets a 400. A configured value is the operator's fault.
function asCallerError(error: unknown, { ClientToken, ...chosen }: CreateRequest): unknown {
  if (!(error instanceof CloudError) || mapError(error)[0] !== 502) return error
  const { code = '' } = error.details
  // For example, InvalidImage.NotFound is about ImageId.
  const name = Object.keys(chosen).find((name) => code.includes(name.replace(/Ids?$/, '')))
  return name ? invalidParameter(name, `is refused by the cloud as ${code}. ${describeError(error)}`, error) : error
}
