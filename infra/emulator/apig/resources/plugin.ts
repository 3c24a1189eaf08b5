import * as v from 'valibot'
import type { ResourceTable } from '../../gateway/resource-table.ts'
import { addonStatus } from '../assumptions.ts'
import type { Resource } from './resource.ts'

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

export const pluginName = v.picklist(names, `it must be one of ${names.join(', ')}`)

/** The parameters of CreatePlugin and UpdatePlugin. */
export const pluginSettings = v.object({
  GatewayId: v.string(),
  PluginName: pluginName,
  PluginConfig: v.optional(v.string(), ''),
  Enable: v.boolean(),
})

/** A plugin that is installed on a gateway. Its bindings say where it applies. */
export interface Plugin extends Resource, v.InferOutput<typeof pluginSettings> {
  CreateTime: string
  UpdateTime: string
}

/** A plugin as GetPlugin shows it. */
export function describePlugin({ Id, region, hiddenUntil, Status, next, ...plugin }: Plugin): object {
  return { PluginID: Id, ...plugin, AddonStatus: addonStatus, Message: '' }
}

/** The plugin of this name on a gateway. */
export function pluginAt(plugins: ResourceTable<Plugin>, gatewayId: string, name: string): Plugin | undefined {
  return plugins.all().find(({ GatewayId, PluginName }) => GatewayId === gatewayId && PluginName === name)
}
