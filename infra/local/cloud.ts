import type { Config } from '../../shared/config/schema.ts'
import { type CloudEmulator, startCloud } from '../emulator/cloud.ts'
import type { EcsState } from '../emulator/ecs/index.ts'
import { claimLoopbackBlock, type LoopbackBlock } from '../emulator/machines/loopback-block.ts'
import { configureLocal, type LocalConfigurationOptions } from './configure.ts'
import { deployAndWatch, deployOnce, projectFolder } from './deploy.ts'
import type { Variables } from './environment.ts'
import { LocalError } from './error.ts'
import { createLocalApi } from './local-api.ts'
import { CLOUD_URL_VARIABLE } from './local-api-client.ts'
import { checkDesktops, machinesFor } from './machines.ts'
import { refuseWebPages } from './refuse-web-pages.ts'
import { type RunFile, writeRun } from './run-file.ts'
import { createSite } from './site/index.ts'
import { withWriteAdvice } from './write-advice.ts'

/** The prefix of function names on veFaaS: service and stage. */
const PREFIX = /^.*?-local-/

export type LocalOptions = LocalConfigurationOptions & {
  /** Port of the gateway; 0 takes a free one; default: server.port of the configuration. */
  port?: number
  /** Port of the emulated cloud's API; 0, the default, takes a free one. */
  ecsPort?: number
  ecs?: Omit<EcsState, 'addressBlock'>
  /** Speed of the clock of the timers, 1 for real time; default: they do not fire. */
  timerSpeed?: number
  /** Deploys the service; default: `serverless deploy`, or `serverless watch` with `onRedeployment`. */
  deploy?: (variables: Variables) => Promise<void>
  /** Whether a release loads the code of its function, default true. If not, the first call does. */
  loadsCode?: boolean
  /** Deploy a function again whenever its source changes. Gets the output of these deployments, line by line. */
  onRedeployment?: (line: string) => void
  /**
   * Gets the output of functions line by line, and when another revision of a function is released. The name is that of the
   * function, or `machines` for a log line about these, or `deployment` when someone is about to change what is deployed.
   */
  onLog?: (functionName: string, line: string, stream: 'stdout' | 'stderr') => void
}

export type Local = {
  /** Address of the gateway, which has the routes of serverless.yml. */
  url: string
  cloud: CloudEmulator
  config: Config
  /** The private addresses of emulated machines, e.g. `127.16.0.0/16`. */
  addressBlock: string
  /** The key for this run; undefined if none is needed, or if keys are configured. */
  key: string | undefined
  /** Stops everything at once. */
  close(): Promise<void>
}

/**
 * Starts an empty emulated cloud and deploys this service into it with `serverless deploy --stage local`. Everything listens
 * on 127.0.0.1, and machines on other loopback addresses. If it fails, nothing is left running. A ConfigError or LocalError
 * has a message for people.
 */
export async function startLocal(options: LocalOptions = {}): Promise<Local> {
  const { config, key, bridgeKey, credentials, run } = configureLocal(options)
  const { desktops = false, ecsPort = 0, ecs, timerSpeed = 0, onLog = () => {}, onRedeployment } = options
  const { deploy = deployOnce, loadsCode = true } = options
  if (desktops) checkDesktops()
  const port = options.port ?? config.server.port
  const site = createSite({
    gateway: () => cloud.apig.gatewayUrl,
    key: bridgeKey,
    facts: {
      cloud: options.cloud ? 'real' : 'emulated',
      desktops: options.cloud || desktops ? 'on' : 'off',
      auth: config.security.auth,
    },
    isChanging: onRedeployment !== undefined,
    onLog: (line) => onLog('console', line, 'stderr'),
  })
  // The first deployment is not logged.
  let isReady = false
  const onDeployment = (name: string, line: string) => isReady && onLog(name.replace(PREFIX, ''), line, 'stderr')
  let runFile: RunFile | undefined
  const localApi = createLocalApi({
    project: projectFolder,
    runFile: () => runFile?.path ?? '',
    onCommand: (line) => onDeployment('deployment', line),
  })
  // With its own block, what the functions send to machines, such as a password, reaches only the machines of this cloud.
  const block = await claimBlock()
  const cloud = await withPortErrors({ '--port': port, '--ecs-port': ecsPort }, () =>
    startCloud({
      port: ecsPort,
      ecs: { ...ecs, addressBlock: block.cidr },
      vefaas: {
        timerSpeed,
        loadsCode,
        onLog: (name, line, stream) => onLog(name.replace(PREFIX, ''), line, stream),
        onRelease: (name, revision, failure) => onDeployment(name, describeRelease(revision, failure)),
        ...(credentials && {
          roleCredentials: {
            accessKeyId: credentials.accessKeyId,
            secretAccessKey: credentials.secretKey,
            sessionToken: credentials.sessionToken,
          },
        }),
      },
      apig: { gatewayPort: port, admit: refuseWebPages, site },
      others: [localApi],
      ...(!options.cloud && {
        machines: { ...machinesFor(config, desktops), onLog: (line: string) => onLog('machines', line, 'stderr') },
      }),
    }),
  ).catch(async (error) => {
    await block.release()
    throw error
  })
  const stop = async () => {
    runFile?.remove()
    await cloud.close()
    await block.release()
  }
  try {
    runFile = writeRun({ ...run, gateway: cloud.apig.gatewayUrl })
    const variables = { [CLOUD_URL_VARIABLE]: cloud.url }
    const watcher = onRedeployment && (await deployAndWatch(variables, onRedeployment))
    if (!watcher) await deploy(variables)
    isReady = true
    const close = () => {
      watcher?.stop()
      site.close()
      return stop()
    }
    return { url: cloud.apig.gatewayUrl, cloud, config, addressBlock: block.cidr, key, close }
  } catch (error) {
    await stop()
    throw withWriteAdvice(error)
  }
}

function describeRelease(revision: number, failure: string | undefined): string {
  if (failure === undefined) return `revision ${revision} serves`
  return `revision ${revision} does not start: ${failure.replaceAll('\n', ' ')}`
}

async function claimBlock(): Promise<LoopbackBlock> {
  try {
    return await claimLoopbackBlock()
  } catch (cause) {
    throw new LocalError((cause as Error).message, { cause })
  }
}

/** Starts what listens on these ports, by flag. Throws LocalError if one of them cannot be used. */
async function withPortErrors<T>(ports: Record<string, number>, start: () => Promise<T>): Promise<T> {
  try {
    return await start()
  } catch (cause) {
    const { code, port } = cause as NodeJS.ErrnoException & { port?: number }
    const flag = Object.keys(ports).find((name) => ports[name] === port)
    if (flag && code === 'EADDRINUSE') {
      throw new LocalError(`port ${port} is in use; choose another with ${flag} (0 takes a free one)`, { cause })
    }
    if (flag && code === 'EACCES') {
      throw new LocalError(`you may not listen on port ${port}; choose another with ${flag}`, { cause })
    }
    throw cause
  }
}
