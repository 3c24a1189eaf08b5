import { CallLog, type LoggedCall } from '../gateway/call-log.ts'
import { Clock } from '../gateway/clock.ts'
import { createControl } from '../gateway/control.ts'
import { type EmulatedService, type Endpoint, startEndpoint } from '../gateway/endpoint.ts'
import { FaultList } from '../gateway/fault-list.ts'
import { createOpenApiGateway } from '../gateway/gateway.ts'
import { createRateLimiter, type Rate } from '../gateway/rate-limit.ts'
import { type Apig, type Quotas, settle, type UpstreamFunctions } from './action.ts'
import { actions } from './actions.ts'
import { type DataPlane, startDataPlane } from './data-plane.ts'
import { type Faults, faultSchema } from './faults.ts'
import type { RequestHead } from './proxy/match.ts'
import type { GatewayRefusal } from './proxy/refusal.ts'
import type { Site } from './proxy/site.ts'
import { proxyServiceOf } from './proxy-service.ts'
import { type Consumer, describeConsumer } from './resources/consumer.ts'
import { type Credential, describeCredential } from './resources/credential.ts'
import { describeGateway, type Gateway } from './resources/gateway.ts'
import { describeGatewayService, type GatewayService } from './resources/gateway-service.ts'
import { describePlugin, type Plugin } from './resources/plugin.ts'
import { describePluginBinding, type PluginBinding } from './resources/plugin-binding.ts'
import type { Resource } from './resources/resource.ts'
import { ResourceTable } from './resources/resource-table.ts'
import { describeRoute, type Route } from './resources/route.ts'
import { describeUpstream, type Upstream } from './resources/upstream.ts'

export interface ApigOptions extends ApigState {
  /** The port of the signed API; 0, the default, takes a free one. It listens on 127.0.0.1 only. */
  port?: number
  /** The delay of the response to every signed call, default 0. */
  latencyMs?: number
}

export interface ApigState {
  /** Access key id -> secret; default `{ AKLOCAL: 'local-secret' }`. */
  accessKeys?: Record<string, string>
  /** The rate limit of each action; the real limits are not published. Default: no limit. */
  rateLimit?: Rate | undefined
  /** The port of the first gateway service; 0, the default, takes a free one. Other services always take a free one. */
  gatewayPort?: number
  /** From Creating to Running. All delays are in seconds, default 0. */
  gatewaySeconds?: number
  serviceSeconds?: number
  /** From Deleting to removed, for gateways and services. */
  deleteSeconds?: number
  /** Until a new or changed route is in force. */
  routeSeconds?: number
  /** May refuse any request to a gateway service, except requests to the site. */
  admit?: (head: RequestHead) => GatewayRefusal | undefined
  /** What gateway services serve besides their routes. */
  site?: Site
  /** The functions behind upstreams. */
  functions: UpstreamFunctions
  /** Default: no limit. */
  quotas?: Partial<Quotas>
}

export interface ApigService extends EmulatedService {
  /** The latest 100,000 signed calls since the start or the last reset. Status 0: the connection was cut. */
  calls: readonly LoggedCall[]
  faults: Faults
  /** Moves the clock of status changes forward. Signatures are checked by the real time. */
  advance(seconds: number): void
  /** Removes all resources, faults and calls, and sets the clock back. The first address stays. */
  reset(): void
  /** All resources of all regions, in the form of their List actions, with their region as `Region`. */
  gateways(): readonly object[]
  services(): readonly object[]
  upstreams(): readonly object[]
  routes(): readonly object[]
  consumers(): readonly object[]
  credentials(): readonly object[]
  plugins(): readonly object[]
  pluginBindings(): readonly object[]
  /** `http://127.0.0.1:<port>` of the first gateway service. */
  gatewayUrl: string
  /** Stops listening for requests to gateway services and cuts open connections. */
  close(): Promise<void>
}

/** An emulated APIG with its own address. */
export type ApigEmulator = ApigService & Endpoint

/**
 * Starts an emulated APIG: the signed API at `url`, its control at `/_emulator/`, the first gateway service at
 * `gatewayUrl`. Rejects with a RangeError for an invalid option, and with the system's error if a port is taken.
 */
export async function startApig({ port = 0, latencyMs = 0, ...state }: ApigOptions): Promise<ApigEmulator> {
  const apig = await createApig(state)
  try {
    const endpoint = await startEndpoint({ port, services: [apig], latencyMs: notNegative('latencyMs', latencyMs) })
    const close = async () => {
      await Promise.all([endpoint.close(), apig.close()])
    }
    return { ...apig, ...endpoint, close }
  } catch (error) {
    await apig.close()
    throw error
  }
}

/**
 * Creates an emulated APIG whose API is not served yet; its first gateway address listens at once. Rejects with a
 * RangeError for an invalid option, and with the system's error if `gatewayPort` is taken.
 */
export async function createApig(options: ApigState): Promise<ApigService> {
  const { accessKeys = { AKLOCAL: 'local-secret' }, gatewayPort = 0, admit, site, functions } = options
  const clock = new Clock()
  const log = new CallLog()
  const faults: Faults = new FaultList(faultSchema, actions.keys())
  const state = {
    clock,
    faults,
    functions,
    delays: {
      gatewaySeconds: notNegative('gatewaySeconds', options.gatewaySeconds ?? 0),
      serviceSeconds: notNegative('serviceSeconds', options.serviceSeconds ?? 0),
      deleteSeconds: notNegative('deleteSeconds', options.deleteSeconds ?? 0),
      routeSeconds: notNegative('routeSeconds', options.routeSeconds ?? 0),
    },
    quotas: quotasOf(options.quotas),
    gateways: new ResourceTable<Gateway>('gateway', clock, ({ Id }) => removePlugins(Id)),
    services: new ResourceTable<GatewayService>('gateway service', clock, ({ Id }) => dataPlane.closeAddress(Id)),
    upstreams: new ResourceTable<Upstream>('upstream', clock),
    routes: new ResourceTable<Route>('route', clock),
    consumers: new ResourceTable<Consumer>('consumer', clock),
    credentials: new ResourceTable<Credential>('credential', clock),
    plugins: new ResourceTable<Plugin>('plugin', clock),
    pluginBindings: new ResourceTable<PluginBinding>('plugin binding', clock),
  }
  const removePlugins = (gatewayId: string) => {
    for (const plugin of state.plugins.all()) if (plugin.GatewayId === gatewayId) state.plugins.remove(plugin)
  }
  const dataPlane: DataPlane = await startDataPlane({
    port: gatewayPort,
    admit,
    site,
    proxyServiceOf: (serviceId) => proxyServiceOf(apig, serviceId),
  })
  const apig: Apig = { ...state, dataPlane }

  const listAll = <T extends Resource>(table: ResourceTable<T>, describe: (resource: T) => object) => {
    return () => {
      settle(apig)
      return table.all().map((resource) => ({ ...describe(resource), Region: resource.region }))
    }
  }
  const resources = {
    gateways: listAll(apig.gateways, describeGateway),
    services: listAll(apig.services, (service) => describeGatewayService(apig, service)),
    upstreams: listAll(apig.upstreams, describeUpstream),
    routes: listAll(apig.routes, (route) => describeRoute(apig, route)),
    consumers: listAll(apig.consumers, (consumer) => describeConsumer(apig, consumer)),
    credentials: listAll(apig.credentials, (credential) => {
      const { ConsumerId, GatewayId } = credential
      return { ...describeCredential(credential), ConsumerId, GatewayId }
    }),
    plugins: listAll(apig.plugins, describePlugin),
    pluginBindings: listAll(apig.pluginBindings, (binding) => describePluginBinding(apig, binding)),
  }
  const advance = (seconds: number) => clock.advance(seconds)
  const reset = () => {
    const { pluginBindings, plugins, credentials, consumers, routes, upstreams, services, gateways } = apig
    const dependentsFirst = [pluginBindings, plugins, credentials, consumers, routes, upstreams, services, gateways]
    for (const table of dependentsFirst) table.clear()
    faults.clear()
    log.clear()
    clock.reset()
  }

  const answerCall = createOpenApiGateway({
    service: {
      name: 'apig',
      parameters: 'json',
      actions: new Map(
        [...actions].map(([name, { version, run }]) => [name, { version, run: (call) => run(apig, call) }]),
      ),
    },
    accessKeys,
    faults,
    log,
    clock,
    limit: options.rateLimit && createRateLimiter(options.rateLimit),
  })
  const answerControl = createControl({ faults, calls: log.calls, resources, advance, reset })
  return {
    name: 'apig',
    answerCall,
    answerControl,
    calls: log.calls,
    faults,
    advance,
    reset,
    ...resources,
    gatewayUrl: dataPlane.url,
    close: dataPlane.close,
  }
}

const unlimited: Quotas = {
  gateways: Number.POSITIVE_INFINITY,
  servicesPerGateway: Number.POSITIVE_INFINITY,
  upstreamsPerGateway: Number.POSITIVE_INFINITY,
  routesPerService: Number.POSITIVE_INFINITY,
  consumersPerGateway: Number.POSITIVE_INFINITY,
  credentialsPerConsumer: Number.POSITIVE_INFINITY,
}

function quotasOf(given: Partial<Quotas> = {}): Quotas {
  for (const [name, max] of Object.entries(given)) notNegative(`quotas.${name}`, max)
  return { ...unlimited, ...given }
}

function notNegative(name: string, value: number): number {
  if (!(value >= 0)) throw new RangeError(`${name} is ${value}, not a number from 0 up`)
  return value
}
