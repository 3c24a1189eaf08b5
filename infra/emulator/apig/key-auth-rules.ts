import * as v from 'valibot'
import type { Apig } from './action.ts'
import type { KeyAuthRule } from './proxy/key-auth.ts'
import type { Credential } from './resources/credential.ts'
import { pluginAt } from './resources/plugin.ts'
import type { PluginBinding } from './resources/plugin-binding.ts'

/** The rules of the enabled bindings of wasm-key-auth to `targets`; none if the plugin is disabled on the gateway. */
export function keyAuthRules(apig: Apig, gatewayId: string, targets: readonly string[]): KeyAuthRule[] {
  if (!pluginAt(apig.plugins, gatewayId, 'wasm-key-auth')?.Enable) return []
  const bindings = apig.pluginBindings.all().filter(({ Enable, Target }) => Enable && targets.includes(Target))
  return bindings.flatMap((binding) => {
    const config = keyAuthOf(binding)
    if (!config) return []
    return {
      headers: config.KeySources.map(({ Header }) => Header),
      allowed: config.AllowedConsumers,
      consumerOf: (key) => consumerOfKey(apig, gatewayId, key),
    }
  })
}

const keyAuthConfig = v.pipe(
  v.string(),
  v.parseJson(undefined, 'it is not JSON'),
  v.object({
    KeySources: v.pipe(v.array(v.object({ Header: v.pipe(v.string(), v.nonEmpty()) })), v.nonEmpty()),
    AllowedConsumers: v.array(v.string()),
  }),
)

/** The configuration of a binding of wasm-key-auth; undefined for another plugin, or if it cannot be read. */
export function keyAuthOf({ PluginName, PluginConfig }: Pick<PluginBinding, 'PluginName' | 'PluginConfig'>) {
  if (PluginName !== 'wasm-key-auth') return undefined
  const { success, output } = v.safeParse(keyAuthConfig, PluginConfig)
  return success ? output : undefined
}

/** The name of the consumer that has this API key. */
function consumerOfKey(apig: Apig, gatewayId: string, key: string): string | undefined {
  const matches = (one: Credential) =>
    one.GatewayId === gatewayId && one.CredentialType === 'key-auth' && one.key === key
  const credential = apig.credentials.all().find(matches)
  return credential && apig.consumers.find(credential.ConsumerId, credential.region)?.Name
}
