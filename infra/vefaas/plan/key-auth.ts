import { CloudError } from '../cloud/cloud-error.ts'
import { listAll } from '../cloud/pages.ts'
import { type Mark, marked } from '../mark.ts'
import type { BindingItem, FoundGateway } from '../observe/gateways.ts'
import type { ConsumerSpec, GatewaySpec } from '../service.ts'
import { createOnce } from './create-once.ts'
import { GATEWAY, GATEWAY_SERVICE } from './gateway.ts'
import { gone } from './gone.ts'
import type { Ids, Step, Work } from './step.ts'

const PLUGIN = 'wasm-key-auth'
const TYPE = { CredentialType: 'key-auth' }

/**
 * Makes a consumer with its key. Whether the gateway has the key already is asked for the key itself, because no document
 * says whether it can be read back.
 */
export function consumerStep(
  mark: Mark,
  spec: ConsumerSpec,
  found: FoundGateway | undefined,
  hasKey: boolean,
  ids: Ids,
): Step {
  const step = { resource: 'consumer', name: spec.name }
  const consumer = found?.consumers.find(({ name }) => name === spec.name)
  if (consumer === undefined)
    return { ...step, verb: 'create', details: ['with its key'], run: (work) => create(work, mark, spec) }
  ids.set('consumer', spec.name, consumer.id)
  if (hasKey && consumer.credentialIds.length === 1) return { ...step, verb: 'leave', details: [] }
  return {
    ...step,
    verb: 'update',
    details: [hasKey ? 'older keys are removed' : 'another key; the one before is removed'],
    run: (work) => changeKey(work, consumer.id, spec),
  }
}

async function create(work: Work, mark: Mark, spec: ConsumerSpec): Promise<void> {
  const { client, ids } = work
  const GatewayId = ids.get('gateway', GATEWAY)
  const { id } = await createOnce(
    work,
    async () =>
      (
        await client.call<{ Id: string }>('apig', 'CreateConsumer', {
          GatewayId,
          Name: spec.name,
          Comments: marked(mark),
        })
      ).Id,
    async () => {
      const all = await listAll<{ Id: string; Name: string }>(client, 'apig', 'ListConsumers', {
        Filter: { GatewayId },
      })
      return all.find(({ Name }) => Name === spec.name)?.Id
    },
  )
  ids.set('consumer', spec.name, id)
  await changeKey(work, id, spec)
}

/** The new key first, and then the old ones away: there is no moment without a key. */
async function changeKey(work: Work, ConsumerId: string, { key }: ConsumerSpec): Promise<void> {
  const { client, ids } = work
  const GatewayId = ids.get('gateway', GATEWAY)
  const kept = await credentialId(work, GatewayId, ConsumerId, key)
  const id =
    kept ??
    (
      await createOnce(
        work,
        async () =>
          (
            await client.call<{ Id: string }>('apig', 'CreateConsumerCredential', {
              ConsumerId,
              ...TYPE,
              KeyAuthCredential: { APIKey: key },
            })
          ).Id,
        () => credentialId(work, GatewayId, ConsumerId, key),
      )
    ).id
  const all = await listAll<{ Id: string }>(client, 'apig', 'ListConsumerCredentials', { ConsumerId, ...TYPE })
  for (const { Id } of all.filter((one) => one.Id !== id)) {
    await gone(() => client.call('apig', 'DeleteConsumerCredential', { ConsumerId, ...TYPE, Id }))
  }
}

/** The id of the credential with this key, if the consumer has it. @throws Error when another consumer has it */
export async function credentialId(
  { client }: Pick<Work, 'client'>,
  GatewayId: string,
  consumerId: string,
  APIKey: string,
): Promise<string | undefined> {
  const { Exist, Id, ConsumerId } = await client.call<{ Exist?: boolean; Id?: string; ConsumerId?: string }>(
    'apig',
    'CheckConsumerCredentialExist',
    { GatewayId, ...TYPE, KeyAuthCredential: { APIKey } },
  )
  if (!Exist) return undefined
  if (ConsumerId && ConsumerId !== consumerId)
    throw new Error('another consumer of this gateway has the same key: make a new one')
  return Id
}

/** Lets nobody through to the gateway service but the consumers. */
export function bindingStep(
  mark: Mark,
  { header, consumers }: NonNullable<GatewaySpec['keyAuth']>,
  found: FoundGateway | undefined,
  ids: Ids,
): Step {
  const config = {
    KeySources: [{ Header: header }],
    AllowedConsumers: consumers.map(({ name }) => name).sort(),
  }
  const body = { PluginConfig: JSON.stringify(config), Enable: true, Description: marked(mark) }
  const step = { resource: 'key-auth', name: `by ${header}` }
  const ServiceId = ids.find('gateway service', GATEWAY_SERVICE)
  const binding = found?.bindings.find((one) => isOf(one, ServiceId))
  const details = [`${consumers.length} ${consumers.length === 1 ? 'consumer' : 'consumers'}`]
  if (binding !== undefined) {
    if (binding.Enable === true && binding.PluginConfig === body.PluginConfig)
      return { ...step, verb: 'leave', details: [] }
    return {
      ...step,
      verb: 'update',
      details,
      run: async ({ client }) => {
        await client.call('apig', 'UpdatePluginBinding', { Id: binding.Id, ...body })
      },
    }
  }
  return {
    ...step,
    verb: 'create',
    details,
    run: async (work) => {
      const { client } = work
      const Target = work.ids.get('gateway service', GATEWAY_SERVICE)
      await installPlugin(work)
      await createOnce(
        work,
        async () =>
          (
            await client.call<{ Id: string }>('apig', 'CreatePluginBinding', {
              PluginName: PLUGIN,
              Scope: 'SERVICE',
              Target,
              ...body,
            })
          ).Id,
        async () =>
          (await listAll<BindingItem>(client, 'apig', 'ListPluginBindings')).find((one) => isOf(one, Target))?.Id,
      )
    },
  }
}

function isOf({ PluginName, Scope, Target }: BindingItem, serviceId: string | undefined): boolean {
  return PluginName === PLUGIN && Scope === 'SERVICE' && Target === serviceId
}

/** A plugin is installed in a gateway before it is bound, as an official tool does it. It stays there for others. */
async function installPlugin(work: Work): Promise<void> {
  const { client } = work
  const of = { GatewayId: work.ids.get('gateway', GATEWAY), PluginName: PLUGIN }
  const installed = async () => {
    try {
      const { Enable, PluginConfig = '' } = await client.call<{ Enable?: boolean; PluginConfig?: string }>(
        'apig',
        'GetPlugin',
        of,
      )
      if (!Enable) await client.call('apig', 'UpdatePlugin', { ...of, PluginConfig, Enable: true })
      return PLUGIN
    } catch (error) {
      if (error instanceof CloudError && error.isNotFound) return undefined
      throw error
    }
  }
  if ((await installed()) !== undefined) return
  await createOnce(
    work,
    async () => {
      await client.call('apig', 'CreatePlugin', { ...of, PluginConfig: '', Enable: true })
      return PLUGIN
    },
    installed,
  )
}
