import { join } from 'node:path'
import { Signer } from '@volcengine/openapi'
import * as v from 'valibot'
import { ConfigError, loadConfig } from '../../shared/config/index.ts'
import type { Config } from '../../shared/config/schema.ts'
import { NonEmptyText, OptionalText, optionalList } from '../../shared/manager/ecs/answer-schemas.ts'
import { type Credentials, credentialSource } from '../../shared/manager/ecs/credentials.ts'
import { flatten } from '../../shared/manager/ecs/flatten.ts'
import { tagged } from '../../shared/manager/sandbox/sandbox.ts'
import { mergeEnvironments } from '../package/configuration.ts'
import { credentialsFrom } from '../vefaas/credentials.ts'
import type { Osls } from './osls.ts'

type Found = {
  /** Of 100 machines at most. */
  ids: string[]
  /** There may be others. */
  hasMore: boolean
  /** The tag of a sandbox: `key = value`. */
  tag: string
}

/** The message says why, and is part of a sentence. */
export class SandboxesUnknown extends Error {
  override name = 'SandboxesUnknown'
}

/** Settings that may be empty: whether sandboxes exist does not depend on them. */
const NOT_ASKED = {
  ECS_MANAGER__INSTANCE__IMAGE_ID: 'image-none',
  ECS_MANAGER__INSTANCE__ZONE: 'none',
  ECS_MANAGER__NETWORK__SUBNET_ID: 'subnet-none',
  ECS_MANAGER__NETWORK__SECURITY_GROUP_IDS: '["sg-none"]',
}

const PATIENCE_MS = 60_000

/**
 * The machines that the functions of a stage take for sandboxes, without those that are being deleted. Throws
 * SandboxesUnknown.
 */
export async function sandboxesOf(service: Osls['service'], stage: string, directory: string): Promise<Found> {
  const { provider, functions } = service
  const ofStage = provider.stages?.[stage] ?? {}
  // Its settings say what it ends.
  const cleanup = functions?.['cleanup-sandboxes'] ?? {}
  const env = mergeEnvironments(provider.environment, ofStage.environment, cleanup.environment)
  try {
    const file = env.ECS_MANAGER_CONFIG_FILE || join(directory, 'config.toml')
    const config = loadConfig({ file, env: { ...env, ...NOT_ASKED } })
    const hasRole = Boolean(cleanup.role ?? ofStage.role ?? provider.role)
    const filter = { ...tagged(config), MaxResults: 100 }
    const { instances, next } = await describeInstances(config, credentialsFor(config, env, hasRole), filter)
    const ids = instances.filter(({ Status }) => Status !== 'DELETING').map(({ InstanceId }) => InstanceId)
    const hasMore = next !== undefined
    if (hasMore && ids.length === 0)
      throw new SandboxesUnknown('100 are being deleted, and there may be others; try again later')
    return { ids, hasMore, tag: `${config.instance.tag_key} = ${config.instance.tag_value}` }
  } catch (cause) {
    if (cause instanceof ConfigError) throw new SandboxesUnknown(cause.message.replaceAll('\n', '; '), { cause })
    throw cause
  }
}

/** One page, with one try: who waits for it can repeat the command. */
async function describeInstances(
  { volcengine }: Config,
  credentials: Credentials,
  filter: Parameters<typeof flatten>[0],
) {
  const { endpoint, region } = volcengine
  const url = new URL(endpoint)
  const params = { ...flatten(filter), Action: 'DescribeInstances', Version: '2020-04-01' }
  const headers: Record<string, string> = { Host: url.host }
  new Signer({ region, method: 'GET', params, headers }, 'ecs').addAuthorization(credentials)
  url.search = new URLSearchParams(params).toString().replaceAll('+', '%20') // as it is signed
  const { status, body } = await fetched(url, headers)
  try {
    const { ResponseMetadata, Result } = JSON.parse(body)
    if (ResponseMetadata.Error) throw refused(status, ResponseMetadata)
    if (status !== 200) throw new TypeError()
    const { Instances, NextToken, TotalCount } = v.parse(Page, Result)
    if (!NextToken && Instances.length < TotalCount) throw new TypeError()
    return { instances: Instances, next: NextToken || undefined }
  } catch (cause) {
    if (cause instanceof SandboxesUnknown) throw cause
    throw new SandboxesUnknown(`the answer of ${url.host} cannot be read (HTTP ${status}); try again`, { cause })
  }
}

// An answer without a count, or with fewer than it counts, must not pass for "there is none".
const Page = v.object({
  Instances: optionalList(v.object({ InstanceId: NonEmptyText, Status: NonEmptyText })),
  NextToken: OptionalText,
  TotalCount: v.number(),
})

async function fetched(url: URL, headers: Record<string, string>): Promise<{ status: number; body: string }> {
  try {
    const response = await fetch(url, { headers, redirect: 'error', signal: AbortSignal.timeout(PATIENCE_MS) })
    return { status: response.status, body: await response.text() }
  } catch (cause) {
    const { name, cause: inner } = cause as { name: string; cause?: { code?: string } }
    throw new SandboxesUnknown(`no answer from ${url.host} (${inner?.code ?? name}); try again`, { cause })
  }
}

function refused(status: number, { RequestId, Error: error }: Refusal): SandboxesUnknown {
  const isDenied = /Denied|LackPolicy|LackProjectPolicy|Forbidden|Unauthorized/.test(error.Code)
  const advice = isDenied ? '. The user of these credentials needs ecs:DescribeInstances' : ''
  const message = `${error.Code}: ${error.Message} (HTTP ${status}, request id ${RequestId})`
  return new SandboxesUnknown(`ECS refuses DescribeInstances with ${message}${advice}`)
}

type Refusal = { RequestId: string; Error: { Code: string; Message: string } }

/** The access keys that the functions have, which may be those of another account, else those of who runs the command. */
function credentialsFor({ volcengine }: Config, env: Environment, hasRole: boolean): Credentials {
  // With a role, the file comes last.
  const isOfRole = hasRole && !env.ECS_MANAGER__VOLCENGINE__ACCESS_KEY
  const own = credentialSource(isOfRole ? NO_KEYS : volcengine, env, []).current()
  if (own) return own
  try {
    return credentialsFrom(process.env, volcengine.endpoint)
  } catch (cause) {
    throw new SandboxesUnknown((cause as Error).message, { cause })
  }
}

const NO_KEYS = { access_key: '', secret_key: '', session_token: '' }

type Environment = Record<string, string>
