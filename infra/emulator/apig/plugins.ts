import * as v from 'valibot'
import { timestamp } from '../openapi/envelope.ts'
import type { Call } from '../openapi/gateway.ts'
import { type Action, type Apig, action, admitCreation, born } from './action.ts'
import { addonStatus, mustBeNew, mustBeRunning, mustBeUnused } from './assumptions.ts'
import { notFound } from './errors.ts'
import { gatewayOf } from './gateways.ts'
import type { Resource } from './resources.ts'

const names = [
  'hmac-auth',
  'wasm-key-auth',
  'wasm-jwt-auth',
  'wasm-ext-auth',
  'wasm-oauth2-sso',
  'wasm-upstream-identity',
  'local-rate-limit',
  'cluster-rate-limit',
  'ip-restriction',
  'geoip',
  'native-load-aware',
  'native-stateful-session',
  'lua-mcp-stateful-session',
  'content-digest',
] as const

export const pluginName = v.picklist(names, `it has to be one of ${names.join(', ')}`)

const settings = v.object({
  GatewayId: v.string(),
  PluginName: pluginName,
  PluginConfig: v.optional(v.string(), ''),
  Enable: v.boolean(),
})

/** A plugin as it is installed on a gateway; what it does stands in its bindings. */
export interface Plugin extends Resource, v.InferOutput<typeof settings> {
  CreateTime: string
  UpdateTime: string
}

export const createPlugin: Action = action(settings, (input, apig, call) => {
  const gateway = gatewayOf(apig, input.GatewayId, call)
  mustBeRunning('gateway', gateway)
  const installed = pluginAt(apig, gateway.Id, input.PluginName)
  mustBeNew('plugin', input.PluginName, installed ? [installed] : [])
  admitCreation(apig, call, 'plugins', apig.plugins.all(), Number.POSITIVE_INFINITY)
  const birth = born(apig, call, 'p')
  const plugin: Plugin = { ...birth, UpdateTime: birth.CreateTime, ...input }
  apig.plugins.put(plugin)
  return { PluginID: plugin.Id }
})

export const updatePlugin: Action = action(settings, (input, apig, call) => {
  const plugin = pluginOf(apig, input.GatewayId, input.PluginName, call)
  apig.plugins.put({ ...plugin, ...input, UpdateTime: timestamp(apig.clock.now()) })
  return { PluginID: plugin.Id }
})

export const getPlugin: Action = action(
  v.object({ GatewayId: v.string(), PluginName: pluginName }),
  ({ GatewayId, PluginName }, apig, call) => describePlugin(pluginOf(apig, GatewayId, PluginName, call)),
)

export const deletePlugin: Action = action(
  v.object({ GatewayId: v.string(), PluginName: pluginName }),
  ({ GatewayId, PluginName }, apig, call) => {
    const plugin = pluginOf(apig, GatewayId, PluginName, call)
    const isOfIt = (one: { GatewayId: string; PluginName: string }) =>
      one.GatewayId === GatewayId && one.PluginName === PluginName
    mustBeUnused('plugin', PluginName, apig.bindings.all().filter(isOfIt), 'plugin binding')
    apig.plugins.remove(plugin)
    return {}
  },
)

/** A plugin as GetPlugin shows it. */
export function describePlugin({ Id, region, hiddenUntil, Status, next, ...plugin }: Plugin): object {
  return { PluginID: Id, ...plugin, AddonStatus: addonStatus, Message: '' }
}

/** The plugin of this name that is installed on a gateway. */
export function pluginAt(apig: Apig, gatewayId: string, name: string): Plugin | undefined {
  return apig.plugins.all().find(({ GatewayId, PluginName }) => GatewayId === gatewayId && PluginName === name)
}

/** @throws ApiError 404 ResourceNotFound */
function pluginOf(apig: Apig, gatewayId: string, name: string, call: Call): Plugin {
  const plugin = pluginAt(apig, gatewayOf(apig, gatewayId, call).Id, name)
  if (!plugin) throw notFound('plugin', name)
  return plugin
}
