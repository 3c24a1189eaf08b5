import * as v from 'valibot'
import { timestamp } from '../gateway/envelope.ts'
import type { ApiCall } from '../gateway/gateway.ts'
import { resourceNotFound } from '../gateway/service-errors.ts'
import { type Action, type Apig, action } from './action.ts'
import { mustBeNew, mustBeRunning, mustBeUnused } from './assumptions.ts'
import { admitCreation, newResource } from './new-resource.ts'
import { describePlugin, type Plugin, pluginAt, pluginName, pluginSettings } from './resources/plugin.ts'

export const createPlugin: Action = action(pluginSettings, (input, apig, call) => {
  const gateway = apig.gateways.get(input.GatewayId, call.region)
  mustBeRunning('gateway', gateway)
  const installed = pluginAt(apig.plugins, gateway.Id, input.PluginName)
  mustBeNew('plugin', input.PluginName, installed ? [installed] : [])
  admitCreation(apig, call, 'plugins', apig.plugins.all(), Number.POSITIVE_INFINITY)
  const base = newResource(apig, call, 'p')
  const plugin: Plugin = { ...base, UpdateTime: base.CreateTime, ...input }
  apig.plugins.put(plugin)
  return { PluginID: plugin.Id }
})

export const updatePlugin: Action = action(pluginSettings, (input, apig, call) => {
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
    const isOfPlugin = (one: { GatewayId: string; PluginName: string }) =>
      one.GatewayId === GatewayId && one.PluginName === PluginName
    mustBeUnused('plugin', PluginName, apig.pluginBindings.all().filter(isOfPlugin), 'plugin binding')
    apig.plugins.remove(plugin)
    return {}
  },
)

/** @throws ApiError 404 ResourceNotFound */
function pluginOf(apig: Apig, gatewayId: string, name: string, call: ApiCall): Plugin {
  const plugin = pluginAt(apig.plugins, apig.gateways.get(gatewayId, call.region).Id, name)
  if (!plugin) throw resourceNotFound('plugin', name)
  return plugin
}
