import * as v from 'valibot'
import { timestamp } from '../gateway/envelope.ts'
import type { ApiCall } from '../gateway/gateway.ts'
import { pageOf } from '../gateway/pages.ts'
import { invalidParameter, missingParameter, resourceNotFound } from '../gateway/service-errors.ts'
import { type Action, type Apig, action } from './action.ts'
import { mustBeInstalled, mustBeNew, mustBeRunning, nameMatches } from './assumptions.ts'
import { notEmulated } from './errors.ts'
import { comments, optionalBoolean, optionalString, pageFields } from './fields.ts'
import { keyAuthOf } from './key-auth-rules.ts'
import { admitCreation, newResource } from './new-resource.ts'
import { pluginAt } from './resources/plugin.ts'
import { describePluginBinding, type PluginBinding, pluginBindingSettings } from './resources/plugin-binding.ts'

export const createPluginBinding: Action = action(pluginBindingSettings, (input, apig, call) => {
  const { PluginName, Target } = input
  const place = placeOf(apig, input, call)
  mustBeInstalled(PluginName, pluginAt(apig.plugins, place.GatewayId, PluginName))
  checkConfig(input)
  const present = apig.pluginBindings.all()
  const isSame = (other: PluginBinding) => isAt(other, input)
  mustBeNew('plugin binding', `of ${PluginName} to ${Target}`, present.filter(isSame))
  admitCreation(apig, call, 'plugin bindings', present, Number.POSITIVE_INFINITY)
  const { CreateTime, ...base } = newResource(apig, call, 'pb-')
  const binding: PluginBinding = { ...base, UpdateTime: CreateTime, ...input, ...place }
  apig.pluginBindings.put(binding)
  return { Id: binding.Id }
})

/** Finds the binding by its id, or by PluginName, Scope and Target. */
export const getPluginBinding: Action = action(
  v.object({ Id: optionalString, PluginName: optionalString, Scope: optionalString, Target: optionalString }),
  ({ Id, PluginName, Scope, Target }, apig, call) => {
    if (Id) return describePluginBinding(apig, apig.pluginBindings.get(Id, call.region))
    if (!PluginName || !Scope || !Target) throw missingParameter('Id')
    const binding = apig.pluginBindings.listed(call.region).find((one) => isAt(one, { PluginName, Scope, Target }))
    if (!binding) throw resourceNotFound('plugin binding', `of ${PluginName} to ${Target}`)
    return describePluginBinding(apig, binding)
  },
)

export const listPluginBindings: Action = action(
  v.object({
    ...pageFields,
    Filter: v.optional(v.object({ Name: optionalString, Scope: optionalString, Enable: optionalBoolean }), {}),
  }),
  ({ Filter: { Name, Scope, Enable }, ...page }, apig, call) => {
    const matchesFilter = (binding: PluginBinding) =>
      (!Name || nameMatches(binding.PluginName, Name)) &&
      (!Scope || binding.Scope === Scope) &&
      (Enable === undefined || binding.Enable === Enable)
    const bindings = apig.pluginBindings.listed(call.region).filter(matchesFilter)
    return pageOf(bindings, page, (binding) => describePluginBinding(apig, binding))
  },
)

export const updatePluginBinding: Action = action(
  v.object({ Id: v.string(), Enable: v.boolean(), PluginConfig: v.string(), Description: comments }),
  ({ Id, ...changes }, apig, call) => {
    const binding = apig.pluginBindings.get(Id, call.region)
    checkConfig({ ...changes, PluginName: binding.PluginName })
    apig.pluginBindings.put({ ...binding, ...changes, UpdateTime: timestamp(apig.clock.now()) })
    return { Id }
  },
)

export const deletePluginBinding: Action = action(v.object({ Id: v.string() }), ({ Id }, apig, call) => {
  apig.pluginBindings.remove(apig.pluginBindings.get(Id, call.region))
  return {}
})

/** @throws ApiError for an enabled plugin that is not emulated, or a configuration that wasm-key-auth cannot read */
function checkConfig(binding: Pick<PluginBinding, 'PluginName' | 'PluginConfig' | 'Enable'>): void {
  if (binding.PluginName === 'wasm-key-auth') {
    if (!keyAuthOf(binding)) {
      const example = '{"KeySources":[{"Header":"<name>"}],"AllowedConsumers":["<name>"]}'
      throw invalidParameter('PluginConfig', `wasm-key-auth needs a text like ${example}`)
    }
  } else if (binding.Enable) throw notEmulated(`the plugin ${binding.PluginName}`)
}

/** The gateway, service and route of the target of a binding. */
function placeOf(apig: Apig, { Scope, Target }: Pick<PluginBinding, 'Scope' | 'Target'>, call: ApiCall) {
  if (Scope === 'GATEWAY') {
    mustBeRunning('gateway', apig.gateways.get(Target, call.region))
    return { GatewayId: Target, ServiceId: '', RouteId: '' }
  }
  const ServiceId = Scope === 'SERVICE' ? Target : apig.routes.get(Target, call.region).ServiceId
  const service = apig.services.get(ServiceId, call.region)
  mustBeRunning('gateway service', service)
  return { GatewayId: service.GatewayId, ServiceId, RouteId: Scope === 'ROUTE' ? Target : '' }
}

function isAt(
  binding: PluginBinding,
  { PluginName, Scope, Target }: { PluginName: string; Scope: string; Target: string },
): boolean {
  return binding.PluginName === PluginName && binding.Scope === Scope && binding.Target === Target
}
