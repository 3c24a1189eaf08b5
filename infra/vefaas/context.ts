import { isAbsolute, join } from 'node:path'
import { type Artifact, readArtifact } from './artifact.ts'
import { type Client, type Credentials, createClient } from './cloud/client.ts'
import { type ServiceConfig, withoutEmpty } from './config.ts'
import { credentialsFrom, isLoopback } from './credentials.ts'
import type { Options, Osls, Utils } from './osls.ts'
import { problemsOf } from './rules.ts'
import { type ServiceSpec, serviceOf } from './service.ts'

/** What every command works with. */
export type CommandContext = {
  /** serverless.yml, with the stage's own settings in it. */
  config: ServiceConfig
  service: ServiceSpec
  client: Client
  options: Options
  utils: Utils
  /** Where the OpenAPI is. */
  endpoint: string
  /** The time between two looks at something that is being made, in milliseconds. */
  pollMs: number
  /** The packed code of a function. Throws Error when it is not there. */
  artifactOf: (key: string) => Artifact
  /** The folder of serverless.yml. */
  directory: string
}

/** Official tools take 3 to 10 s. What is made on this computer is made in no time. */
export function pollMsFor(endpoint: string): number {
  return isLoopback(endpoint) ? 50 : 2_000
}

const ENDPOINT = 'https://open.volcengineapi.com'

/** serverless.yml as it applies to the stage. */
export function configOf({ service }: Osls, options: Options): ServiceConfig {
  const { stages, ...base } = withoutEmpty(service.provider)
  const stage = options.stage ?? base.stage ?? 'dev'
  const own = stages?.[stage] ?? {}
  const provider = {
    ...base,
    ...own,
    environment: { ...base.environment, ...own.environment },
    tags: { ...base.tags, ...own.tags },
  }
  return {
    service: service.service,
    stage,
    region: provider.region,
    provider,
    functions: withoutEmpty(service.functions),
  }
}

/** @throws Error with every problem of serverless.yml, before anything is called; `client` of it, that there are no credentials */
export function contextOf(osls: Osls, options: Options, utils: Utils): CommandContext {
  const config = configOf(osls, options)
  const problems = problemsOf(config)
  if (problems.length > 0) throw new osls.classes.Error(problems.join('\n'), 'INVALID_CONFIGURATION')

  const endpoint = config.provider.endpoint ?? ENDPOINT
  let client: Client | undefined
  return {
    config,
    service: serviceOf(config),
    // Packaging, for one, needs no credentials.
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
        throw new osls.classes.Error(
          `function ${key} has no package: a packaging plugin, or package.artifact, gives it one`,
        )
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
