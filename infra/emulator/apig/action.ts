import type * as v from 'valibot'
import { readBody } from '../openapi/body.ts'
import type { Clock } from '../openapi/clock.ts'
import { timestamp } from '../openapi/envelope.ts'
import type { Call } from '../openapi/gateway.ts'
import { notInWhitelist } from './assumptions.ts'
import type { Consumer } from './consumers.ts'
import type { Credential } from './credentials.ts'
import type { DataPlane } from './data-plane.ts'
import { notFound, quotaExceeded, serviceNotActivated } from './errors.ts'
import type { Faults } from './faults.ts'
import type { GatewayService } from './gateway-services.ts'
import type { Gateway } from './gateways.ts'
import type { PluginBinding } from './plugin-bindings.ts'
import type { Plugin } from './plugins.ts'
import type { GatewayRequest } from './proxy/request.ts'
import type { GatewayResponse } from './proxy/response.ts'
import { newId, type Resource, type Resources } from './resources.ts'
import type { Route } from './routes.ts'
import type { Upstream } from './upstreams.ts'

/** The state of one emulated APIG, and how it was set up. */
export interface Apig extends Tables {
  clock: Clock
  faults: Faults
  delays: Delays
  quotas: Quotas
  functions: Functions
  dataPlane: DataPlane
}

export interface Tables {
  gateways: Resources<Gateway>
  services: Resources<GatewayService>
  upstreams: Resources<Upstream>
  routes: Resources<Route>
  consumers: Resources<Consumer>
  credentials: Resources<Credential>
  plugins: Resources<Plugin>
  bindings: Resources<PluginBinding>
}

/** How long each change of status takes, in seconds. */
export interface Delays {
  gatewaySeconds: number
  serviceSeconds: number
  deleteSeconds: number
  routeSeconds: number
}

/** The most there may be; the cloud's own are not published. */
export interface Quotas {
  /** In a region. */
  gateways: number
  servicesPerGateway: number
  upstreamsPerGateway: number
  routesPerService: number
  consumersPerGateway: number
  credentialsPerConsumer: number
}

/** The functions behind upstreams. */
export interface Functions {
  /** Whether it is there and was released once. */
  hasReleased(functionId: string): boolean
  invoke(functionId: string, request: GatewayRequest): Promise<GatewayResponse>
}

export type Action = (apig: Apig, call: Call) => object

/** An action: the schema of its body, and what it does with that. It sees resources as they are now. */
export function action<S extends v.GenericSchema>(
  schema: S,
  run: (input: v.InferOutput<S>, apig: Apig, call: Call) => object,
): Action {
  return (apig, call) => {
    settle(apig)
    if (apig.faults.take(call.action, 'NotActivated')) throw serviceNotActivated()
    return run(readBody(schema, call.body), apig, call)
  }
}

/** Brings up to date what comes and goes by and by. What hangs on others goes before them. */
export function settle({ services, gateways }: Tables): void {
  services.settle()
  gateways.settle()
}

/** What a new resource begins with, CreateTime among it. */
export function born(apig: Apig, call: Call, prefix: string) {
  const now = apig.clock.now()
  const hidden = apig.faults.take(call.action, 'HideNew')
  return {
    Id: newId(prefix),
    region: call.region,
    hiddenUntil: hidden && now + hidden.Seconds * 1000,
    CreateTime: timestamp(now),
  }
}

/** @throws ApiError 404 ResourceNotFound */
export function find<T extends Resource>(table: Resources<T>, kind: string, id: string, { region }: Call): T {
  const resource = table.get(id, region)
  if (!resource) throw notFound(kind, id)
  return resource
}

/** @throws ApiError when a scripted fault, or a quota, forbids one more beside those that there are */
export function admitCreation(apig: Apig, call: Call, what: string, present: readonly object[], most: number): void {
  if (apig.faults.take(call.action, 'NotInWhitelist')) throw notInWhitelist(what)
  if (apig.faults.take(call.action, 'NoQuota')) throw quotaExceeded(what, present.length)
  if (present.length >= most) throw quotaExceeded(what, most)
}
