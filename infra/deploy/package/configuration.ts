import { ConfigError, loadConfig } from '../../../shared/config/index.ts'
import type { Config } from '../../../shared/config/schema.ts'
import type { FunctionObject, GatewaySettings, Provider, YamlEnvironment } from './osls.ts'

type Findings = {
  /** What keeps functions from working, or opens them to everybody. */
  problems: string[]
  /** What is probably a mistake. */
  warnings: string[]
}

/**
 * Checks the configuration of the functions: config.toml with their environment, and the access control of the gateway. A
 * finding is one sentence. If only some functions have it, their names come first.
 */
export function checkConfiguration(
  functions: Readonly<Record<string, FunctionObject>>,
  provider: Provider,
  stage: string,
  configFile: string,
): Findings {
  const stageSettings = provider.stages?.[stage]
  const gateway = stageSettings?.gateway ?? provider.gateway ?? {}
  const region = stageSettings?.region ?? provider.region
  const found = Object.entries(functions).map(([name, { environment, events = [] }]) => {
    const env = mergeEnvironments(provider.environment, stageSettings?.environment, environment)
    const isRouted = events.some((event) => 'apig' in event)
    return { name, ...findingsOf(env, configFile, region, isRouted ? gateway : undefined) }
  })
  return {
    problems: withNames(found.map(({ name, problems }) => [name, problems])),
    warnings: withNames(found.map(({ name, warnings }) => [name, warnings])),
  }
}

function findingsOf(
  env: Record<string, string>,
  file: string,
  region: string | undefined,
  gateway: GatewaySettings | undefined,
): Findings {
  try {
    const { security, volcengine } = loadConfig({ file: env.ECS_MANAGER_CONFIG_FILE || file, env })
    const findings: Findings = { problems: [], warnings: [] }
    if (gateway && security.auth === 'gateway' && isOpen(gateway)) findings.problems.push(OPEN)
    // Only a warning: keys can still be set on the function in the console.
    if (gateway && security.auth === 'key' && hasNoKeys(security)) findings.warnings.push(NO_KEYS)
    if (region !== undefined && volcengine.region !== region) {
      findings.warnings.push(
        `the functions run in ${region} (provider.region) and create machines in ${volcengine.region} (volcengine.region)`,
      )
    }
    return findings
  } catch (error) {
    if (error instanceof ConfigError) return { problems: error.message.split('\n'), warnings: [] }
    throw error
  }
}

function isOpen({ network = 'public', keyAuth }: GatewaySettings): boolean {
  return network !== 'private' && Object.keys(keyAuth?.consumers ?? {}).length === 0
}

const hasNoKeys = ({ keys }: Config['security']) => Object.keys(keys).length === 0

const OPEN =
  'security.auth = "gateway" leaves the check of callers to the gateway, and a public gateway without keys checks nobody: ' +
  'set provider.gateway.keyAuth.consumers or provider.gateway.network: private in serverless.yml, or security.auth = "key"'

const NO_KEYS = 'security.auth = "key" without any security.keys: nobody can call'

/** Merges layers of variables; later ones win. A variable without a value does not hide one of an earlier layer. */
export function mergeEnvironments(...layers: (YamlEnvironment | null | undefined)[]): Record<string, string> {
  const variables: Record<string, string> = {}
  for (const [name, value] of layers.flatMap((layer) => Object.entries(layer ?? {}))) {
    if (value !== undefined && value !== null) variables[name] = String(value)
  }
  return variables
}

/** Each finding once. If not all functions have it, their names come first. */
function withNames(found: [name: string, findings: string[]][]): string[] {
  const all = new Set(found.flatMap(([, findings]) => findings))
  return [...all].map((finding) => {
    const names = found.filter(([, findings]) => findings.includes(finding)).map(([name]) => name)
    return names.length === found.length ? finding : `${names.join(', ')}: ${finding}`
  })
}
