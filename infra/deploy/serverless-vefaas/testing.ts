import { createHash } from 'node:crypto'
import { zipSync } from 'fflate'
import type { CloudEmulator } from '../../emulator/cloud.ts'
import type { Artifact } from './artifact.ts'
import { type Client, createClient } from './cloud/client.ts'
import type { FunctionConfig, ProviderConfig } from './config.ts'
import { observe, type Plan, planOf, planOfRemoval } from './plan/index.ts'
import { runPlan } from './run.ts'
import { type ServiceSpec, serviceOf } from './service.ts'

/** The credentials of the emulated cloud. */
export const LOCAL_CREDENTIALS = { accessKeyId: 'AKLOCAL', secretKey: 'local-secret', sessionToken: '' }

/** Returns a zip with an index.js that responds to every event with the text. */
export function codeThatAnswers(text: string): Artifact {
  const source = `exports.handler = async () => ({ statusCode: 200, headers: {}, body: ${JSON.stringify(text)} })`
  return artifactFrom(source)
}

export function artifactFrom(source: string): Artifact {
  const bytes = Buffer.from(zipSync({ 'index.js': Buffer.from(source) }, { level: 0, mtime: new Date(2000, 0, 1) }))
  return { file: 'index.zip', bytes, sha256: createHash('sha256').update(bytes).digest('hex') }
}

export type FunctionsOf = Record<string, Partial<FunctionConfig>>

/** Returns stage `test` of a service `shop`. */
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

/** Deploys the service. Returns its changes; see `changesIn`. */
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

/** Returns the steps of a plan that change something, as `verb resource name details`. */
export function changesIn({ stages }: Plan): string[] {
  return stages
    .flat()
    .filter(({ verb }) => verb !== 'leave')
    .map(({ verb, resource, name, details }) => [verb, resource, name, details.join(', ')].filter(Boolean).join(' '))
}

/** Returns the state of the cloud with names in place of ids, and without times, so that states can be compared. */
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
  const names = namesById(all)
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

function namesById(value: unknown, names = new Map<string, string>()): Map<string, string> {
  if (typeof value !== 'object' || value === null) return names
  const { Id, Name } = value as { Id?: string; Name?: string }
  if (Id && Name) names.set(Id, Name)
  for (const item of Object.values(value)) namesById(item, names)
  return names
}

/** Returns an object with sorted keys; any other value as it is. */
function withSortedKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
}

/** Describes the first difference between two states; empty if they are equal. */
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

/** Returns a function that lists the changing actions called since, in their order. */
export function watchChanges({ vefaas, apig }: CloudEmulator): () => string[] {
  const seen = new Set([...vefaas.calls, ...apig.calls].map(({ requestId }) => requestId))
  return () =>
    [...vefaas.calls, ...apig.calls]
      .filter(({ action, requestId }) => !/^(List|Get|Check)/.test(action) && !seen.has(requestId))
      .map(({ action }) => action)
}
