import { Clock } from '../gateway/clock.ts'
import type { AddressOptions, Endpoint } from '../gateway/endpoint.ts'
import { FaultList } from '../gateway/fault-list.ts'
import { notNegative, notNegativeOptions } from '../gateway/numbers.ts'
import { ResourceTable } from '../gateway/resource-table.ts'
import { createService, type Service, type ServiceOptions, serve } from '../gateway/service.ts'
import { resourceNotFound } from '../gateway/service-errors.ts'
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
import { describeRoute, type Route } from './resources/route.ts'
import { describeUpstream, type Upstream } from './resources/upstream.ts'

export interface ApigOptions extends ApigState, AddressOptions {}

export interface ApigState extends ServiceOptions {
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

/** A reset keeps the first address. */
export interface ApigService extends Service<Faults> {
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
export async function startApig(options: ApigOptions): Promise<ApigEmulator> {
  return serve(await createApig(options), options)
}

/**
 * Creates an emulated APIG whose API is not served yet; its first gateway address listens at once. Rejects with a
 * RangeError for an invalid option, and with the system's error if `gatewayPort` is taken.
 */
export async function createApig(options: ApigState): Promise<ApigService> {
  const { gatewayPort = 0, admit, site, functions } = options
  const clock = new Clock()
  const table = <T extends Resource>(kind: string, onRemove = (_resource: T) => {}) =>
    new ResourceTable<T>({ clock, idOf: ({ Id }) => Id, notFound: (id) => resourceNotFound(kind, id), onRemove })
  const state = {
    clock,
    faults: new FaultList(faultSchema, actions.keys()),
    functions,
    delays: notNegativeOptions({ gatewaySeconds: 0, serviceSeconds: 0, deleteSeconds: 0, routeSeconds: 0 }, options),
    quotas: quotasOf(options.quotas),
    gateways: table<Gateway>('gateway', ({ Id }) => removePlugins(Id)),
    services: table<GatewayService>('gateway service', ({ Id }) => dataPlane.closeAddress(Id)),
    upstreams: table<Upstream>('upstream'),
    routes: table<Route>('route'),
    consumers: table<Consumer>('consumer'),
    credentials: table<Credential>('credential'),
    plugins: table<Plugin>('plugin'),
    pluginBindings: table<PluginBinding>('plugin binding'),
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
  const clear = () => {
    const { pluginBindings, plugins, credentials, consumers, routes, upstreams, services, gateways } = apig
    const dependentsFirst = [pluginBindings, plugins, credentials, consumers, routes, upstreams, services, gateways]
    for (const table of dependentsFirst) table.clear()
  }
  const service = createService({ name: 'apig', parameters: 'json', actions, state: apig, resources, clear }, options)
  return { ...service, ...resources, gatewayUrl: dataPlane.url, close: dataPlane.close }
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
