import * as v from 'valibot'
import { timestamp } from '../openapi/envelope.ts'
import type { Call } from '../openapi/gateway.ts'
import { type Action, type Apig, action, admitCreation, born, find } from './action.ts'
import { mustBeInstalled, mustBeNew, mustBeRunning, nameMatches } from './assumptions.ts'
import { invalidParameter, missingParameter, notEmulated, notFound } from './errors.ts'
import { comments, flag, pageOf, paging, text } from './fields.ts'
import { serviceOf } from './gateway-services.ts'
import { gatewayOf } from './gateways.ts'
import { pluginAt, pluginName } from './plugins.ts'
import type { Resource } from './resources.ts'
import { routeOf } from './routes.ts'

const scope = v.picklist(['GATEWAY', 'SERVICE', 'ROUTE'], 'it has to be GATEWAY, SERVICE or ROUTE')

const creation = v.object({
  PluginName: pluginName,
  Scope: scope,
  Target: v.string(),
  PluginConfig: v.string(),
  Enable: v.boolean(),
  Description: comments,
})

/** A plugin at work: on a whole gateway, on a service, or on a route. */
export interface PluginBinding extends Resource, v.InferOutput<typeof creation> {
  GatewayId: string
  ServiceId: string
  RouteId: string
  UpdateTime: string
}

export const createPluginBinding: Action = action(creation, (input, apig, call) => {
  const { PluginName, Target } = input
  const place = placeOf(apig, input, call)
  mustBeInstalled(PluginName, pluginAt(apig, place.GatewayId, PluginName))
  checkConfig(input)
  const present = apig.bindings.all()
  const isSame = (other: PluginBinding) => isAt(other, input)
  mustBeNew('plugin binding', `of ${PluginName} to ${Target}`, present.filter(isSame))
  admitCreation(apig, call, 'plugin bindings', present, Number.POSITIVE_INFINITY)
  const { CreateTime, ...birth } = born(apig, call, 'pb-')
  const binding: PluginBinding = { ...birth, UpdateTime: CreateTime, ...input, ...place }
  apig.bindings.put(binding)
  return { Id: binding.Id }
})

/** By its id, or by what is bound to what. */
export const getPluginBinding: Action = action(
  v.object({ Id: text, PluginName: text, Scope: text, Target: text }),
  ({ Id, PluginName, Scope, Target }, apig, call) => {
    if (Id) return describeBinding(apig, bindingOf(apig, Id, call))
    if (!PluginName || !Scope || !Target) throw missingParameter('Id')
    const binding = apig.bindings.listed(call.region).find((one) => isAt(one, { PluginName, Scope, Target }))
    if (!binding) throw notFound('plugin binding', `of ${PluginName} to ${Target}`)
    return describeBinding(apig, binding)
  },
)

export const listPluginBindings: Action = action(
  v.object({ ...paging, Filter: v.optional(v.object({ Name: text, Scope: text, Enable: flag }), {}) }),
  ({ Filter: { Name, Scope, Enable }, ...paging }, apig, call) => {
    const wanted = (binding: PluginBinding) =>
      (!Name || nameMatches(binding.PluginName, Name)) &&
      (!Scope || binding.Scope === Scope) &&
      (Enable === undefined || binding.Enable === Enable)
    const bindings = apig.bindings.listed(call.region).filter(wanted)
    return pageOf(
      bindings.map((binding) => describeBinding(apig, binding)),
      paging,
    )
  },
)

export const updatePluginBinding: Action = action(
  v.object({ Id: v.string(), Enable: v.boolean(), PluginConfig: v.string(), Description: comments }),
  ({ Id, ...changes }, apig, call) => {
    const binding = bindingOf(apig, Id, call)
    checkConfig({ ...changes, PluginName: binding.PluginName })
    apig.bindings.put({ ...binding, ...changes, UpdateTime: timestamp(apig.clock.now()) })
    return { Id }
  },
)

export const deletePluginBinding: Action = action(v.object({ Id: v.string() }), ({ Id }, apig, call) => {
  apig.bindings.remove(bindingOf(apig, Id, call))
  return {}
})

/** A binding as GetPluginBinding and ListPluginBindings show it. */
export function describeBinding(apig: Apig, binding: PluginBinding): object {
  const { region, hiddenUntil, Status, next, ...shown } = binding
  const GatewayName = apig.gateways.get(binding.GatewayId, region)?.Name ?? ''
  const ServiceName = apig.services.get(binding.ServiceId, region)?.Name ?? ''
  const RouteName = apig.routes.get(binding.RouteId, region)?.Name ?? ''
  const TargetName = { GATEWAY: GatewayName, SERVICE: ServiceName, ROUTE: RouteName }[binding.Scope]
  return { ...shown, Description: binding.Description ?? '', TargetName, GatewayName, ServiceName, RouteName }
}

/** The bindings that target one of these. */
export function bindingsTo(apig: Apig, ...targets: readonly string[]): PluginBinding[] {
  return apig.bindings.all().filter(({ Target }) => targets.includes(Target))
}

const keyAuth = v.pipe(
  v.string(),
  v.parseJson(undefined, 'it is no JSON'),
  v.object({
    KeySources: v.pipe(v.array(v.object({ Header: v.pipe(v.string(), v.nonEmpty()) })), v.nonEmpty()),
    AllowedConsumers: v.array(v.string()),
  }),
)

/** What a binding of wasm-key-auth says; undefined for another plugin. */
export function keyAuthOf(pluginName: string, config: string): v.InferOutput<typeof keyAuth> | undefined {
  if (pluginName !== 'wasm-key-auth') return undefined
  const { success, output } = v.safeParse(keyAuth, config)
  return success ? output : undefined
}

/** @throws ApiError for a plugin that does nothing here, or a configuration it cannot read */
function checkConfig({
  PluginName,
  PluginConfig,
  Enable,
}: {
  PluginName: string
  PluginConfig: string
  Enable: boolean
}) {
  if (PluginName === 'wasm-key-auth') {
    if (!keyAuthOf(PluginName, PluginConfig)) {
      const is = '{"KeySources":[{"Header":"<name>"}],"AllowedConsumers":["<name>"]}'
      throw invalidParameter('PluginConfig', `wasm-key-auth needs a text like ${is}`)
    }
  } else if (Enable) throw notEmulated(`The plugin ${PluginName}`)
}

/** Where the target of a binding is. */
function placeOf(apig: Apig, { Scope, Target }: v.InferOutput<typeof creation>, call: Call) {
  if (Scope === 'GATEWAY') {
    mustBeRunning('gateway', gatewayOf(apig, Target, call))
    return { GatewayId: Target, ServiceId: '', RouteId: '' }
  }
  const ServiceId = Scope === 'SERVICE' ? Target : routeOf(apig, Target, call).ServiceId
  const service = serviceOf(apig, ServiceId, call)
  mustBeRunning('gateway service', service)
  return { GatewayId: service.GatewayId, ServiceId, RouteId: Scope === 'ROUTE' ? Target : '' }
}

function isAt(
  binding: PluginBinding,
  { PluginName, Scope, Target }: { PluginName: string; Scope: string; Target: string },
): boolean {
  return binding.PluginName === PluginName && binding.Scope === Scope && binding.Target === Target
}

/** @throws ApiError 404 ResourceNotFound */
function bindingOf(apig: Apig, id: string, call: Call): PluginBinding {
  return find(apig.bindings, 'plugin binding', id, call)
}
