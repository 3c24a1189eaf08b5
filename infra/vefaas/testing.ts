import { createHash } from 'node:crypto'
import { zipSync } from 'fflate'
import type { CloudEmulator } from '../emulator/cloud.ts'
import type { Artifact } from './artifact.ts'
import { type Client, createClient } from './cloud/client.ts'
import type { FunctionConfig, ProviderConfig } from './config.ts'
import { observe, type Plan, planOf, planOfRemoval } from './plan/index.ts'
import { runPlan } from './run.ts'
import { type ServiceSpec, serviceOf } from './service.ts'

/** The pair that the emulated cloud knows. */
export const LOCAL_CREDENTIALS = { accessKeyId: 'AKLOCAL', secretKey: 'local-secret', sessionToken: '' }

/** A zip with one index.js that answers every event with the text. */
export function codeThatAnswers(text: string): Artifact {
  const source = `exports.handler = async () => ({ statusCode: 200, headers: {}, body: ${JSON.stringify(text)} })`
  return artifactFrom(source)
}

export function artifactFrom(source: string): Artifact {
  const bytes = Buffer.from(zipSync({ 'index.js': Buffer.from(source) }, { mtime: new Date(2000, 0, 1) }))
  return { file: 'index.zip', bytes, sha256: createHash('sha256').update(bytes).digest('hex') }
}

export type FunctionsOf = Record<string, Partial<FunctionConfig>>

/** A service as serverless.yml would have it: stage test of shop. */
export function serviceWith(functions: FunctionsOf, provider: Partial<ProviderConfig> = {}): ServiceSpec {
  const named = Object.entries(functions).map(([key, one]) => [
    key,
    { name: `shop-test-${key}`, handler: 'index.handler', ...one },
  ])
  return serviceOf({
    service: 'shop',
    stage: 'test',
    region: 'cn-beijing',
    provider: { name: 'vefaas', runtime: 'node20/v1', region: 'cn-beijing', ...provider },
    functions: Object.fromEntries(named),
  })
}

export function testClient(endpoint: string): Client {
  return createClient({ endpoint, region: 'cn-beijing', credentials: LOCAL_CREDENTIALS, retryMs: 5 })
}

export type Deployed = { plan: Plan; done: number }

/** What a deployment of the service does: the steps that were not left, as `verb resource name`. */
export async function deployService(
  client: Client,
  service: ServiceSpec,
  artifactOf: (key: string) => Artifact = (key) => codeThatAnswers(key),
): Promise<string[]> {
  const plan = await planOf(client, service, await observe(client, service), artifactOf)
  await runPlan(client, plan, { waiting: () => {}, done: () => {} }, 10)
  return changesIn(plan)
}

export async function removeService(client: Client, service: ServiceSpec): Promise<string[]> {
  const plan = await planOfRemoval(client, service)
  await runPlan(client, plan, { waiting: () => {}, done: () => {} }, 10)
  return changesIn(plan)
}

/** The steps of a plan that do something. */
export function changesIn({ stages }: Plan): string[] {
  return stages
    .flat()
    .filter(({ verb }) => verb !== 'leave')
    .map(({ verb, resource, name, details }) => [verb, resource, name, details.join(', ')].filter(Boolean).join(' '))
}

/** Everything there is, by name: ids and times are different each time. */
export function stateOf({ vefaas, apig }: CloudEmulator): unknown {
  const { gateways, services, upstreams, routes, consumers, credentials, plugins, pluginBindings } = apig
  const all = {
    functions: vefaas.functions(),
    ...Object.fromEntries(
      Object.entries({ gateways, services, upstreams, routes, consumers, credentials, plugins, pluginBindings }).map(
        ([name, list]) => [name, list()],
      ),
    ),
  }
  const names = new Map<string, string>()
  JSON.stringify(all, (_key, value) => {
    if (value?.Id && value?.Name) names.set(value.Id, value.Name)
    return value
  })
  const named = JSON.parse(
    JSON.stringify(all, (key, value) => {
      if (/(^Id|^PluginID|Time|RecordId|Group)$/.test(key)) return undefined
      return typeof value === 'string' ? (names.get(value) ?? value) : withSortedKeys(value)
    }),
  )
  for (const list of Object.values(named) as object[][]) {
    list.sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1))
  }
  return named
}

/** An object with its keys in alphabetical order; anything else as it is. */
function withSortedKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
}

/** Where two states part, with what is there on both sides. */
export function firstDifference(found: unknown, wanted: unknown, path = ''): string {
  if (typeof found !== 'object' || typeof wanted !== 'object' || found === null || wanted === null) {
    return `${path}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`
  }
  for (const key of new Set([...Object.keys(found), ...Object.keys(wanted)])) {
    const [one, other] = [(found as Record<string, unknown>)[key], (wanted as Record<string, unknown>)[key]]
    if (JSON.stringify(one) !== JSON.stringify(other)) return firstDifference(one, other, `${path}.${key}`)
  }
  return path
}

/** The names of the actions called from now on that change something, in order, with what they were about. */
export function watchChanges({ vefaas, apig }: CloudEmulator): () => string[] {
  const seen = new Set([...vefaas.calls, ...apig.calls].map(({ requestId }) => requestId))
  return () =>
    [...vefaas.calls, ...apig.calls]
      .filter(({ action, requestId }) => !/^(List|Get|Check)/.test(action) && !seen.has(requestId))
      .map(({ action }) => action)
}
