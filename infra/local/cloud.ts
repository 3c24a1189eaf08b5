import { join } from 'node:path'
import type { Config } from '../../shared/config/schema.ts'
import { startProxy } from '../emulator/apig/proxy/index.ts'
import { type EcsEmulator, type EcsOptions, startEcs } from '../emulator/ecs/index.ts'
import { startRuntime } from '../emulator/vefaas/runtime/index.ts'
import { readService, type Service } from '../service.ts'
import { type ConfigureOptions, configure, project } from './configure.ts'
import { LocalError } from './error.ts'
import { refuseWebPages } from './guard.ts'

/** Private addresses of emulated machines: what the functions send there, a password among it, stays on this computer. */
const LOOPBACK = '127.16.0.0/16'

export type LocalOptions = ConfigureOptions & {
  /** Of the gateway; 0 takes a free one. Left out: server.port of the configuration. */
  port?: number
  /** Of the emulated ECS. */
  ecs?: EcsOptions
  /** The functions, their routes and timers; what serverless.yml says when left out. */
  service?: Service
  /** How many seconds pass for the timers while one really passes. Left out: they do not fire. */
  timerSpeed?: number
  /** Gets what functions write, line by line. */
  onLog?: (functionName: string, line: string, stream: 'stdout' | 'stderr') => void
}

export type Local = {
  url: string
  /** The emulated ECS; not there with `cloud`. */
  ecs: EcsEmulator | undefined
  config: Config
  /** The functions, with their routes and timers. */
  service: Service
  /** The key made for this run, where one is needed and none is configured. */
  key: string | undefined
  /** Ends everything at once. */
  close(): Promise<void>
}

/**
 * Starts the local cloud from the bundles in dist/: an emulated ECS, an emulated veFaaS with the functions of
 * serverless.yml and their timers in it, and an emulated API gateway with their routes. Everything listens on 127.0.0.1.
 * Rejects, with nothing left running, with ServiceError, ConfigError or LocalError; their messages are for people.
 */
export async function startLocal(options: LocalOptions = {}): Promise<Local> {
  const service = options.service ?? readService(join(project, 'serverless.yml'))
  const { config, key, deploymentOf } = configure(options, service)
  const started: { close(): unknown }[] = []
  const close = async () => {
    await Promise.all(started.map((part) => part.close()))
  }

  try {
    const ecs = options.cloud
      ? undefined
      : await listening('--ecs-port', () => startEcs({ addressBlock: LOOPBACK, ...options.ecs }))
    if (ecs) started.push(ecs)

    const { timerSpeed } = options
    const vefaas = startRuntime({ onLog: options.onLog ?? (() => {}), ...(timerSpeed && { timerSpeed }) })
    started.push(vefaas)

    const port = options.port ?? config.server.port
    const { region } = config.volcengine
    const apig = await listening('--port', () => startProxy({ port, service: 'ecs', region, admit: refuseWebPages }))
    started.push(apig)

    for (const one of service.functions) {
      const { name, routes, timers } = one
      vefaas.deploy(deploymentOf(one, ecs?.url))
      for (const route of routes) {
        apig.createRoute({ ...route, name, upstream: (request) => vefaas.invoke(name, request) })
      }
      for (const timer of timerSpeed ? timers : []) vefaas.createTimer({ ...timer, functionName: name })
    }
    return { url: apig.url, ecs, config, service, key, close }
  } catch (error) {
    await close()
    throw error
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
