import { join } from 'node:path'
import * as v from 'valibot'
import { ConfigError, loadConfig } from '../../../shared/config/index.ts'
import type { Config } from '../../../shared/config/schema.ts'
import { NonEmptyText, OptionalText, optionalList } from '../../../shared/manager/ecs/answer-schemas.ts'
import { type Credentials, credentialSource } from '../../../shared/manager/ecs/credentials.ts'
import { flatten } from '../../../shared/manager/ecs/flatten.ts'
import { sandboxFilter } from '../../../shared/manager/sandbox/sandbox.ts'
import { mergeEnvironments } from '../package/configuration.ts'
import { Signer } from '../serverless-vefaas/cloud/signer.ts'
import { credentialsFrom } from '../serverless-vefaas/credentials.ts'
import type { Osls } from './osls.ts'

export type Found = {
  /** At most 100. */
  ids: string[]
  /** There may be more. */
  hasMore: boolean
  /** The tag of a sandbox: `key = value`. */
  tag: string
}

/** It is unknown whether sandboxes exist. The message is part of a sentence. */
export class SandboxesUnknown extends Error {
  override name = 'SandboxesUnknown'
}

/** Values for required settings that may be empty here, because they do not matter for the list of sandboxes. */
const PLACEHOLDERS = {
  ECS_MANAGER__INSTANCE__IMAGE_ID: 'image-none',
  ECS_MANAGER__INSTANCE__ZONE: 'none',
  ECS_MANAGER__NETWORK__SUBNET_ID: 'subnet-none',
  ECS_MANAGER__NETWORK__SECURITY_GROUP_IDS: '["sg-none"]',
}

const TIMEOUT_MS = 60_000

/**
 * Finds the sandboxes of a stage: the machines that its functions treat as such, without those that are being deleted.
 * @throws {SandboxesUnknown}
 */
export async function sandboxesOf(service: Osls['service'], stage: string, directory: string): Promise<Found> {
  const { provider, functions } = service
  const stageSettings = provider.stages?.[stage] ?? {}
  // The settings of the clean-up decide what it deletes.
  const cleanup = functions?.['cleanup-sandboxes'] ?? {}
  const env = mergeEnvironments(provider.environment, stageSettings.environment, cleanup.environment)
  try {
    const file = env.ECS_MANAGER_CONFIG_FILE || join(directory, 'config.toml')
    const config = loadConfig({ file, env: { ...env, ...PLACEHOLDERS } })
    const hasRole = Boolean(cleanup.role ?? stageSettings.role ?? provider.role)
    const filter = { ...sandboxFilter(config), MaxResults: 100 }
    const { instances, next } = await describeInstances(config, credentialsFor(config, env, hasRole), filter)
    const ids = instances.filter(({ Status }) => Status !== 'DELETING').map(({ InstanceId }) => InstanceId)
    const hasMore = next !== undefined
    if (hasMore && ids.length === 0)
      throw new SandboxesUnknown('100 are being deleted, and there may be more; try again later')
    return { ids, hasMore, tag: `${config.instance.tag_key} = ${config.instance.tag_value}` }
  } catch (cause) {
    if (cause instanceof ConfigError) throw new SandboxesUnknown(cause.message.replaceAll('\n', '; '), { cause })
    throw cause
  }
}

/** Gets one page with one try: the user can repeat the command. */
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
  url.search = new URLSearchParams(params).toString().replaceAll('+', '%20') // as in the signature
  const { status, body } = await get(url, headers)
  try {
    const { ResponseMetadata, Result } = JSON.parse(body)
    if (ResponseMetadata.Error) throw refusal(status, ResponseMetadata)
    if (status !== 200) throw new TypeError()
    const { Instances, NextToken, TotalCount } = v.parse(Page, Result)
    if (!NextToken && Instances.length < TotalCount) throw new TypeError()
    return { instances: Instances, next: NextToken || undefined }
  } catch (cause) {
    if (cause instanceof SandboxesUnknown) throw cause
    throw new SandboxesUnknown(`the answer of ${url.host} cannot be read (HTTP ${status}); try again`, { cause })
  }
}

// An incomplete answer must not be taken for "there are no sandboxes": the count is required and compared.
const Page = v.object({
  Instances: optionalList(v.object({ InstanceId: NonEmptyText, Status: NonEmptyText })),
  NextToken: OptionalText,
  TotalCount: v.number(),
})

async function get(url: URL, headers: Record<string, string>): Promise<{ status: number; body: string }> {
  try {
    const response = await fetch(url, { headers, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) })
    return { status: response.status, body: await response.text() }
  } catch (cause) {
    const { name, cause: inner } = cause as { name: string; cause?: { code?: string } }
    throw new SandboxesUnknown(`no answer from ${url.host} (${inner?.code ?? name}); try again`, { cause })
  }
}

function refusal(status: number, { RequestId, Error: error }: ErrorMetadata): SandboxesUnknown {
  const isDenied = /Denied|LackPolicy|LackProjectPolicy|Forbidden|Unauthorized/.test(error.Code)
  const advice = isDenied ? '. The user of these credentials needs ecs:DescribeInstances' : ''
  const message = `${error.Code}: ${error.Message} (HTTP ${status}, request id ${RequestId})`
  return new SandboxesUnknown(`ECS refuses DescribeInstances with ${message}${advice}`)
}

type ErrorMetadata = { RequestId: string; Error: { Code: string; Message: string } }

/** The access keys of the functions, which may belong to another account, otherwise those of the user of the command. */
function credentialsFor({ volcengine }: Config, env: Record<string, string>, hasRole: boolean): Credentials {
  // With a role, the functions use the keys of the file last.
  const isOfRole = hasRole && !env.ECS_MANAGER__VOLCENGINE__ACCESS_KEY
  const functionCredentials = credentialSource(isOfRole ? NO_KEYS : volcengine, env, []).current()
  if (functionCredentials) return functionCredentials
  try {
    return credentialsFrom(process.env, volcengine.endpoint)
  } catch (cause) {
    throw new SandboxesUnknown((cause as Error).message, { cause })
  }
}

const NO_KEYS = { access_key: '', secret_key: '', session_token: '' }
