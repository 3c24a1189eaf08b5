import { isAbsolute, join } from 'node:path'
import { type Artifact, readArtifact } from './artifact.ts'
import { type Client, type Credentials, createClient } from './cloud/client.ts'
import { type ServiceConfig, withoutEmpty } from './config.ts'
import { credentialsFrom, isLoopback } from './credentials.ts'
import type { Options, Osls, Utils } from './osls.ts'
import { problemsOf } from './rules.ts'
import { type ServiceSpec, serviceOf } from './service.ts'

/** Passed to every command. */
export type CommandContext = {
  /** serverless.yml, with the settings of the stage. */
  config: ServiceConfig
  service: ServiceSpec
  client: Client
  options: Options
  utils: Utils
  /** The URL of the OpenAPI. */
  endpoint: string
  /** The interval in which to read a resource that changes, in milliseconds. */
  pollMs: number
  /** Returns the package of a function. Throws an Error if it does not exist. */
  artifactOf: (key: string) => Artifact
  /** The folder of serverless.yml. */
  directory: string
}

/** The official tools poll every 3 to 10 s. An emulated cloud is much faster. */
export function pollMsFor(endpoint: string): number {
  return isLoopback(endpoint) ? 50 : 2_000
}

const ENDPOINT = 'https://open.volcengineapi.com'

/** Returns serverless.yml as it applies to the stage. */
export function configOf({ service }: Osls, options: Options): ServiceConfig {
  const { stages, ...base } = withoutEmpty(service.provider)
  const stage = options.stage ?? base.stage ?? 'dev'
  const stageSettings = stages?.[stage] ?? {}
  const provider = {
    ...base,
    ...stageSettings,
    environment: { ...base.environment, ...stageSettings.environment },
    tags: { ...base.tags, ...stageSettings.tags },
  }
  return {
    service: service.service,
    stage,
    region: provider.region,
    provider,
    functions: withoutEmpty(service.functions),
  }
}

/**
 * Checks serverless.yml without calling the cloud. Reading `client` throws an Error if there are no credentials.
 * @throws {Error} with every problem of serverless.yml
 */
export function contextOf(osls: Osls, options: Options, utils: Utils): CommandContext {
  const config = configOf(osls, options)
  const problems = problemsOf(config)
  if (problems.length > 0) throw new osls.classes.Error(problems.join('\n'), 'INVALID_CONFIGURATION')

  const endpoint = config.provider.endpoint ?? ENDPOINT
  let client: Client | undefined
  return {
    config,
    service: serviceOf(config),
    // Created on demand, because commands such as package need no credentials.
    get client() {
      client ??= createClient({ endpoint, region: config.region, credentials: credentialsOf(osls, endpoint) })
      return client
    },
    options,
    utils,
    endpoint,
    pollMs: pollMsFor(endpoint),
    directory: osls.serviceDir,
    artifactOf: (key) => {
      const file = osls.service.functions[key]?.package?.artifact ?? osls.service.package?.artifact
      if (file === undefined) {
        throw new osls.classes.Error(`function ${key} has no package: set package.artifact, or use a packaging plugin`)
      }
      return readArtifact(isAbsolute(file) ? file : join(osls.serviceDir, file))
    },
  }
}

function credentialsOf({ classes }: Osls, endpoint: string): Credentials {
  try {
    return credentialsFrom(process.env, endpoint)
  } catch (error) {
    throw new classes.Error((error as Error).message, 'MISSING_CREDENTIALS')
  }
}
