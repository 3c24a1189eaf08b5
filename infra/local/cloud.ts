import type { Config } from '../../shared/config/schema.ts'
import { type CloudEmulator, startCloud } from '../emulator/cloud.ts'
import type { EcsState } from '../emulator/ecs/index.ts'
import { claimLoopbackBlock, type LoopbackBlock } from '../emulator/machines/loopback-block.ts'
import { type ConfigureOptions, configure } from './configure.ts'
import { createControl } from './control.ts'
import { deploy, deployAndWatch, project } from './deploy.ts'
import { LocalError } from './error.ts'
import { refuseWebPages } from './guard.ts'
import { checkDesktops, machinesFor } from './machines.ts'
import { withAdvice } from './not-written.ts'
import { CLOUD_URL } from './owner.ts'
import { type RunFile, writeRun } from './run.ts'
import { createSite } from './site/index.ts'

/** What the names of functions begin with on veFaaS: service and stage. */
const PREFIX = /^.*?-local-/

export type LocalOptions = ConfigureOptions & {
  /** Of the gateway; 0 takes a free one. Left out: server.port of the configuration. */
  port?: number
  /** Of the API of the emulated cloud; 0, the default, takes a free one. */
  ecsPort?: number
  ecs?: Omit<EcsState, 'addressBlock'>
  /** Emulated Linux machines have real desktops. */
  desktops?: boolean
  /** How many seconds pass for the timers while one really passes. Left out: they do not fire. */
  timerSpeed?: number
  /** Deploys a function again whenever its source changes; gets what is said about that, line by line. */
  onRedeployment?: (line: string) => void
  /**
   * Gets what functions write, line by line, with which revision of them serves from now on; under the name `machines` what
   * there is to say about these, and under `deployment` who is about to change what is deployed.
   */
  onLog?: (functionName: string, line: string, stream: 'stdout' | 'stderr') => void
}

export type Local = {
  /** Of the gateway, with the routes of serverless.yml. */
  url: string
  cloud: CloudEmulator
  config: Config
  /** Private addresses of emulated machines, e.g. `127.16.0.0/16`. */
  addressBlock: string
  /** The key made for this run, where one is needed and none is configured. */
  key: string | undefined
  /** Ends everything at once. */
  close(): Promise<void>
}

/**
 * Starts an emulated cloud, empty, and deploys this service into it: `serverless deploy --stage local`. Everything listens
 * on 127.0.0.1, and machines on addresses like it. Rejects, with nothing left running, with ConfigError or LocalError;
 * their messages are for people.
 */
export async function startLocal(options: LocalOptions = {}): Promise<Local> {
  const { config, key, bridgeKey, credentials, run } = configure(options)
  const { desktops = false, ecsPort = 0, ecs, timerSpeed = 0, onLog = () => {}, onRedeployment } = options
  if (desktops) checkDesktops()
  const port = options.port ?? config.server.port
  const site = createSite({
    gateway: () => cloud.apig.gatewayUrl,
    key: bridgeKey,
    facts: options.cloud ? { cloud: 'real', desktops: 'on' } : { cloud: 'emulated', desktops: desktops ? 'on' : 'off' },
    isChanging: onRedeployment !== undefined,
    onLog: (line) => onLog('console', line, 'stderr'),
  })
  // Who starts it knows what it deploys itself.
  let isReady = false
  const onDeployment = (name: string, line: string) => isReady && onLog(name.replace(PREFIX, ''), line, 'stderr')
  let runFile: RunFile | undefined
  const control = createControl({
    project,
    runFile: () => runFile?.path ?? '',
    onCommand: (line) => onDeployment('deployment', line),
  })
  // What the functions send to machines, a password among it, stays on this computer, and with this very cloud.
  const block = await blockOfOwn()
  const cloud = await listening({ '--port': port, '--ecs-port': ecsPort }, () =>
    startCloud({
      port: ecsPort,
      ecs: { ...ecs, addressBlock: block.cidr },
      vefaas: {
        timerSpeed,
        onLog: (name, line, stream) => onLog(name.replace(PREFIX, ''), line, stream),
        onRelease: (name, revision, failure) => onDeployment(name, released(revision, failure)),
        ...(credentials && {
          roleCredentials: {
            accessKeyId: credentials.accessKeyId,
            secretAccessKey: credentials.secretKey,
            sessionToken: credentials.sessionToken,
          },
        }),
      },
      apig: { gatewayPort: port, admit: refuseWebPages, site },
      others: [control],
      ...(!options.cloud && {
        machines: { ...machinesFor(config, desktops), onLog: (line: string) => onLog('machines', line, 'stderr') },
      }),
    }),
  ).catch(async (error) => {
    await block.release()
    throw error
  })
  const end = async () => {
    runFile?.remove()
    await cloud.close()
    await block.release()
  }
  try {
    runFile = writeRun({ ...run, gateway: cloud.apig.gatewayUrl })
    const environment = { [CLOUD_URL]: cloud.url }
    const watching = onRedeployment && (await deployAndWatch(environment, onRedeployment))
    if (!watching) await deploy(environment)
    isReady = true
    const close = () => {
      watching?.end()
      site.close()
      return end()
    }
    return { url: cloud.apig.gatewayUrl, cloud, config, addressBlock: block.cidr, key, close }
  } catch (error) {
    await end()
    throw withAdvice(error)
  }
}

function released(revision: number, failure: string | undefined): string {
  if (failure === undefined) return `revision ${revision} serves`
  return `revision ${revision} does not start: ${failure.replaceAll('\n', ' ')}`
}

async function blockOfOwn(): Promise<LoopbackBlock> {
  try {
    return await claimLoopbackBlock()
  } catch (cause) {
    throw new LocalError((cause as Error).message, { cause })
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
