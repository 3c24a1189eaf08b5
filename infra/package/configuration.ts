import { ConfigError, loadConfig } from '../../shared/config/index.ts'
import type { Config } from '../../shared/config/schema.ts'
import type { Environment, FunctionObject, Gateway, Provider } from './osls.ts'

type Findings = {
  /** What keeps functions from working, or opens them to everybody. */
  problems: string[]
  /** What is probably not meant. */
  warnings: string[]
}

/**
 * Checks the configuration that functions will see: their environment over config.toml, and what it asks of the gateway. A
 * finding is one sentence, with the names of the functions in front where not all of them have it.
 */
export function checkConfiguration(
  functions: Readonly<Record<string, FunctionObject>>,
  provider: Provider,
  stage: string,
  configFile: string,
): Findings {
  const ofStage = provider.stages?.[stage]
  const gateway = ofStage?.gateway ?? provider.gateway ?? {}
  const found = Object.entries(functions).map(([name, { environment, events = [] }]) => {
    const layers = [provider.environment, ofStage?.environment, environment]
    const env = Object.assign({}, ...layers.map(textsOf))
    const isRouted = events.some((event) => 'apig' in event)
    return { name, ...findingsOf(env, configFile, ofStage?.region ?? provider.region, isRouted ? gateway : undefined) }
  })
  return {
    problems: named(found.map(({ name, problems }) => [name, problems])),
    warnings: named(found.map(({ name, warnings }) => [name, warnings])),
  }
}

function findingsOf(
  env: Record<string, string>,
  file: string,
  region: string | undefined,
  gateway: Gateway | undefined,
): Findings {
  try {
    const { security, volcengine } = loadConfig({ file: env.ECS_MANAGER_CONFIG_FILE || file, env })
    const { problems, warnings } = gateway ? accessFindings(security, gateway) : { problems: [], warnings: [] }
    const isElsewhere = region !== undefined && volcengine.region !== region
    return { problems, warnings: isElsewhere ? [...warnings, elsewhere(volcengine.region, region)] : warnings }
  } catch (error) {
    if (error instanceof ConfigError) return { problems: error.message.split('\n'), warnings: [] }
    throw error
  }
}

function accessFindings({ auth, keys }: Config['security'], { network = 'public', keyAuth }: Gateway): Findings {
  const isOpen = network !== 'private' && Object.keys(keyAuth?.consumers ?? {}).length === 0
  const isShut = Object.keys(keys).length === 0
  return {
    problems: auth === 'gateway' && isOpen ? [OPEN] : [],
    // Keys may yet be set on the function, in the console.
    warnings: auth === 'key' && isShut ? [SHUT] : [],
  }
}

const elsewhere = (machines: string, functions: string) =>
  `the functions run in ${functions} (provider.region) and make machines in ${machines} (volcengine.region)`

const OPEN =
  'security.auth = "gateway" leaves it to the gateway to check callers, and a public gateway without keys checks nobody: ' +
  'set provider.gateway.keyAuth.consumers or provider.gateway.network: private in serverless.yml, or security.auth = "key"'

const SHUT = 'security.auth = "key" without any security.keys: nobody can call'

/** Variables as a process gets them. One without a value is not set, so that it hides none of another layer. */
export function textsOf(environment: Environment | null = {}): Record<string, string> {
  const given = Object.entries(environment ?? {}).filter(([, value]) => value !== undefined && value !== null)
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]))
}

/** Each finding once, with the names of those that have it, unless all have. */
function named(found: [name: string, findings: string[]][]): string[] {
  const all = new Set(found.flatMap(([, findings]) => findings))
  return [...all].map((finding) => {
    const names = found.filter(([, findings]) => findings.includes(finding)).map(([name]) => name)
    return names.length === found.length ? finding : `${names.join(', ')}: ${finding}`
  })
}
