import type { Config } from '../../shared/config/schema.ts'
import { type CloudEmulator, startCloud } from '../emulator/cloud.ts'
import type { EcsState } from '../emulator/ecs/index.ts'
import { type ConfigureOptions, configure } from './configure.ts'
import { deploy, deployAndWatch } from './deploy.ts'
import { LocalError } from './error.ts'
import { refuseWebPages } from './guard.ts'
import { createSite } from './site/index.ts'

/** Private addresses of emulated machines: what the functions send there, a password among it, stays on this computer. */
const LOOPBACK = '127.16.0.0/16'

/** What the names of functions begin with on veFaaS: service and stage. */
const PREFIX = /^.*?-local-/

export type LocalOptions = ConfigureOptions & {
  /** Of the gateway; 0 takes a free one. Left out: server.port of the configuration. */
  port?: number
  /** Of the API of the emulated cloud; 0, the default, takes a free one. */
  ecsPort?: number
  ecs?: EcsState
  /** How many seconds pass for the timers while one really passes. Left out: they do not fire. */
  timerSpeed?: number
  /** Deploys a function again whenever its source changes; gets what is said about that, line by line. */
  onRedeployment?: (line: string) => void
  /** Gets what functions write, line by line. */
  onLog?: (functionName: string, line: string, stream: 'stdout' | 'stderr') => void
}

export type Local = {
  /** Of the gateway, with the routes of serverless.yml. */
  url: string
  cloud: CloudEmulator
  config: Config
  /** The key made for this run, where one is needed and none is configured. */
  key: string | undefined
  /** Ends everything at once. */
  close(): Promise<void>
}

/**
 * Starts an emulated cloud, empty, and deploys this service into it: `serverless deploy --stage local`. Everything listens
 * on 127.0.0.1. Rejects, with nothing left running, with ConfigError or LocalError; their messages are for people.
 */
export async function startLocal(options: LocalOptions = {}): Promise<Local> {
  const { config, key, bridgeKey, environmentFor } = configure(options)
  const { ecsPort = 0, ecs, timerSpeed = 0, onLog = () => {}, onRedeployment } = options
  const port = options.port ?? config.server.port
  const site = createSite({
    gateway: () => cloud.apig.gatewayUrl,
    key: bridgeKey,
    facts: { cloud: options.cloud ? 'real' : 'emulated' },
    isChanging: onRedeployment !== undefined,
  })
  const cloud = await listening({ '--port': port, '--ecs-port': ecsPort }, () =>
    startCloud({
      port: ecsPort,
      ecs: { addressBlock: LOOPBACK, ...ecs },
      vefaas: { timerSpeed, onLog: (name, line, stream) => onLog(name.replace(PREFIX, ''), line, stream) },
      apig: { gatewayPort: port, admit: refuseWebPages, site },
    }),
  )
  try {
    const environment = environmentFor({ cloud: cloud.url, gateway: cloud.apig.gatewayUrl })
    const watching = onRedeployment && (await deployAndWatch(environment, onRedeployment))
    if (!watching) await deploy(environment)
    const close = () => {
      watching?.end()
      site.close()
      return cloud.close()
    }
    return { url: cloud.apig.gatewayUrl, cloud, config, key, close }
  } catch (error) {
    await cloud.close()
    throw error
  }
}

async function listening<T>(ports: Record<string, number>, start: () => Promise<T>): Promise<T> {
  try {
    return await start()
  } catch (cause) {
    const { code, port } = cause as NodeJS.ErrnoException & { port?: number }
    const flag = Object.keys(ports).find((name) => ports[name] === port)
    if (flag && code === 'EADDRINUSE') {
      throw new LocalError(`port ${port} is in use; choose another with ${flag} (0 takes a free one)`, { cause })
    }
    if (flag && code === 'EACCES') {
      throw new LocalError(`port ${port} is not allowed to you; choose another with ${flag}`, { cause })
    }
    throw cause
  }
}
