import type * as v from 'valibot'
import { readBody } from '../gateway/body.ts'
import type { Clock } from '../gateway/clock.ts'
import type { ApiCall } from '../gateway/gateway.ts'
import type { ResourceTable } from '../gateway/resource-table.ts'
import type { DataPlane } from './data-plane.ts'
import { serviceNotActivated } from './errors.ts'
import type { Faults } from './faults.ts'
import type { GatewayRequest } from './proxy/request.ts'
import type { GatewayResponse } from './proxy/response.ts'
import type { Consumer } from './resources/consumer.ts'
import type { Credential } from './resources/credential.ts'
import type { Gateway } from './resources/gateway.ts'
import type { GatewayService } from './resources/gateway-service.ts'
import type { Plugin } from './resources/plugin.ts'
import type { PluginBinding } from './resources/plugin-binding.ts'
import type { Route } from './resources/route.ts'
import type { Upstream } from './resources/upstream.ts'

/** The state of one emulated APIG, and how it was set up. */
export interface Apig extends Tables {
  clock: Clock
  faults: Faults
  delays: Delays
  quotas: Quotas
  functions: UpstreamFunctions
  dataPlane: DataPlane
}

export interface Tables {
  gateways: ResourceTable<Gateway>
  services: ResourceTable<GatewayService>
  upstreams: ResourceTable<Upstream>
  routes: ResourceTable<Route>
  consumers: ResourceTable<Consumer>
  credentials: ResourceTable<Credential>
  plugins: ResourceTable<Plugin>
  pluginBindings: ResourceTable<PluginBinding>
}

/** The duration of each change of status, in seconds. */
export interface Delays {
  gatewaySeconds: number
  serviceSeconds: number
  deleteSeconds: number
  routeSeconds: number
}

/** Upper limits. The cloud does not publish its own. */
export interface Quotas {
  /** Per region. */
  gateways: number
  servicesPerGateway: number
  upstreamsPerGateway: number
  routesPerService: number
  consumersPerGateway: number
  credentialsPerConsumer: number
}

/** The functions behind upstreams. */
export interface UpstreamFunctions {
  /** Whether the function exists and has been released at least once. */
  hasReleased(functionId: string): boolean
  invoke(functionId: string, request: GatewayRequest): Promise<GatewayResponse>
}

export type Action = (apig: Apig, call: ApiCall) => object

/** An action: the schema of its body, and the work on it. Resources are brought up to date before it runs. */
export function action<S extends v.GenericSchema>(
  schema: S,
  run: (input: v.InferOutput<S>, apig: Apig, call: ApiCall) => object,
): Action {
  return (apig, call) => {
    settle(apig)
    if (apig.faults.take(call.action, 'NotActivated')) throw serviceNotActivated()
    return run(readBody(schema, call.body), apig, call)
  }
}

/** Brings services and gateways up to date. Services first, because they depend on gateways. */
export function settle({ services, gateways }: Tables): void {
  services.settle()
  gateways.settle()
}
