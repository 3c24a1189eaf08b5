import { randomBytes } from 'node:crypto'
import { join, resolve } from 'node:path'
import { loadConfig } from '../../shared/config/index.ts'
import type { Config } from '../../shared/config/schema.ts'
import { startApig } from '../emulator/apig/index.ts'
import { type EcsEmulator, type EcsOptions, startEcs } from '../emulator/ecs/index.ts'
import { startVefaas } from '../emulator/vefaas/index.ts'
import { readService, type Service } from '../service.ts'
import { type Environment, emulatedSettings } from './environment.ts'
import { LocalError } from './error.ts'
import { refuseWebPages } from './guard.ts'

const project = join(import.meta.dirname, '../..')

/** Private addresses of emulated machines: what the functions send there, a password among it, stays on this computer. */
const LOOPBACK = '127.16.0.0/16'

export type LocalOptions = {
  /** Of the gateway; 0 takes a free one. Left out: server.port of the configuration. */
  port?: number
  /** Of the emulated ECS. */
  ecs?: EcsOptions
  /** Use the real cloud instead of an emulated ECS. */
  cloud?: boolean
  /** What security.auth is; left out: `gateway`, unless `settings` say otherwise. */
  auth?: 'key' | 'gateway'
  /** Variables of the functions, over all others. */
  settings?: Environment
  /** Gets what functions write, line by line. */
  onLog?: (functionName: string, line: string, stream: 'stdout' | 'stderr') => void
}

export type Local = {
  url: string
  /** The emulated ECS; not there with `cloud`. */
  ecs: EcsEmulator | undefined
  config: Config
  /** The key made for this run, where one is needed and none is configured. */
  key: string | undefined
  /** Ends everything at once. */
  close(): Promise<void>
}

/**
 * Starts the local cloud from the bundles in dist/: an emulated ECS, an emulated veFaaS with the functions of
 * serverless.yml in it, and an emulated API gateway with their routes. Everything listens on 127.0.0.1.
 * Rejects, with nothing left running, with ServiceError, ConfigError or LocalError; their messages are for people.
 */
export async function startLocal(options: LocalOptions = {}): Promise<Local> {
  const service = readService(join(project, 'serverless.yml'))
  const { config, key, environmentOf } = configure(options, service)
  const started: { close(): unknown }[] = []
  const close = async () => {
    await Promise.all(started.map((part) => part.close()))
  }

  try {
    const ecs = options.cloud
      ? undefined
      : await listening('--ecs-port', () => startEcs({ addressBlock: LOOPBACK, ...options.ecs }))
    if (ecs) started.push(ecs)

    const vefaas = startVefaas({ onLog: options.onLog ?? (() => {}) })
    started.push(vefaas)

    const port = options.port ?? config.server.port
    const { region } = config.volcengine
    const apig = await listening('--port', () => startApig({ port, service: 'ecs', region, admit: refuseWebPages }))
    started.push(apig)

    for (const { name, folder, routes, environment, ...limits } of service.functions) {
      const codeDirectory = join(project, 'dist', folder)
      vefaas.deploy({ ...limits, name, codeDirectory, environment: environmentOf(environment, ecs?.url) })
      for (const route of routes) {
        apig.createRoute({ ...route, name, upstream: (request) => vefaas.invoke(name, request) })
      }
    }
    return { url: apig.url, ecs, config, key, close }
  } catch (error) {
    await close()
    throw error
  }
}

/**
 * Makes the environment of the functions and checks the configuration that each of them will see. Of the variables, the
 * later wins: defaults of the local cloud, the function's own in serverless.yml, the emulated cloud, the caller's.
 */
function configure({ cloud = false, auth, settings = {} }: LocalOptions, { functions }: Service) {
  const file = resolve(settings.ECS_MANAGER_CONFIG_FILE || join(project, 'config.toml'))
  const environmentOf = (own: Environment, ecsUrl = 'http://127.0.0.1'): Environment => ({
    ECS_MANAGER__SECURITY__AUTH: 'gateway',
    ECS_MANAGER__LOG__FORMAT: 'text',
    ...own,
    ...(cloud ? {} : emulatedSettings(file, own, ecsUrl)),
    ...settings,
    ...(settings.ECS_MANAGER_CONFIG_FILE && { ECS_MANAGER_CONFIG_FILE: file }), // absolute: functions run elsewhere
    ...(auth && { ECS_MANAGER__SECURITY__AUTH: auth }),
  })

  for (const { environment } of functions) loadConfig({ file, env: environmentOf(environment) })
  const config = loadConfig({ file, env: environmentOf({}) })
  const { access_key, secret_key } = config.volcengine
  const hasPair = (settings.VOLCENGINE_ACCESS_KEY && settings.VOLCENGINE_SECRET_KEY) || (access_key && secret_key)
  if (cloud && !hasPair) {
    throw new LocalError('--cloud needs credentials: set VOLCENGINE_ACCESS_KEY and VOLCENGINE_SECRET_KEY')
  }
  const needsKey = config.security.auth === 'key' && Object.keys(config.security.keys).length === 0
  if (!needsKey) return { config, key: undefined, environmentOf }

  const key = randomBytes(24).toString('base64url')
  const keys = { ECS_MANAGER__SECURITY__KEYS: JSON.stringify({ local: key }) }
  return {
    config,
    key,
    environmentOf: (own: Environment, ecsUrl?: string) => ({ ...environmentOf(own, ecsUrl), ...keys }),
  }
}

async function listening<T>(flag: string, start: () => Promise<T>): Promise<T> {
  try {
    return await start()
  } catch (cause) {
    const { code, port } = cause as NodeJS.ErrnoException & { port?: number }
    if (code === 'EADDRINUSE') {
      throw new LocalError(`port ${port} is in use; choose another with ${flag} (0 takes a free one)`, { cause })
    }
    if (code === 'EACCES') {
      throw new LocalError(`port ${port} is not allowed to you; choose another with ${flag}`, { cause })
    }
    throw cause
  }
}
