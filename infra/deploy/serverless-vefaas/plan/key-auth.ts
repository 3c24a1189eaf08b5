import type { Client } from '../cloud/client.ts'
import { CloudError } from '../cloud/cloud-error.ts'
import { listAll } from '../cloud/pages.ts'
import {
  type BindingItem,
  type CommentedItem,
  credentialsOf,
  type FoundConsumer,
  type FoundGateway,
} from '../observe/gateways.ts'
import { hasOwnerComment, type OwnerMark, withOwnerComment } from '../owner-mark.ts'
import type { ConsumerSpec, GatewaySpec } from '../service.ts'
import { isSame } from './compare.ts'
import { createOnce } from './create-once.ts'
import { GATEWAY, GATEWAY_SERVICE } from './gateway.ts'
import { ignoreNotFound } from './ignore-not-found.ts'
import { type Ids, PlanError, type Step, type StepContext } from './step.ts'

const PLUGIN = 'wasm-key-auth'
const TYPE = { CredentialType: 'key-auth' }

/** The owner of a key at a gateway. Not every response has the consumer. */
export type KeyOwner = { credentialId: string; consumerId: string | undefined }

/**
 * Returns undefined if the gateway does not have the key.
 * @throws {CloudError}
 */
export async function findKeyOwner(client: Client, GatewayId: string, APIKey: string): Promise<KeyOwner | undefined> {
  const { Exist, Id, ConsumerId } = await client.call<{ Exist?: boolean; Id?: string; ConsumerId?: string }>(
    'apig',
    'CheckConsumerCredentialExist',
    { GatewayId, ...TYPE, KeyAuthCredential: { APIKey } },
  )
  return Exist && Id ? { credentialId: Id, consumerId: ConsumerId } : undefined
}

/**
 * Creates or updates a consumer with its key. `owner` tells whether the gateway has the key, because it is not
 * documented that the keys of a consumer can be read.
 * @throws {PlanError} if its name or its key belongs to another consumer
 */
export function consumerStep(
  mark: OwnerMark,
  spec: ConsumerSpec,
  found: FoundGateway | undefined,
  owner: KeyOwner | undefined,
  ids: Ids,
): Step {
  const step = { resource: 'consumer', name: spec.name }
  const named = found?.consumers.filter(({ name }) => name === spec.name) ?? []
  if (named.some(({ isOurs }) => !isOurs)) {
    throw new PlanError(
      `consumer ${spec.name} exists in gateway ${found?.name}, but this service has not created it: rename it in provider.gateway.keyAuth.consumers, or delete that consumer`,
    )
  }
  // Deployments at the same time may have left two: take the one that has the key.
  const isOwner = ({ credentialIds }: FoundConsumer) =>
    owner !== undefined && credentialIds.includes(owner.credentialId)
  const consumer = named.find(isOwner) ?? named[0]
  const hasKey = consumer !== undefined && isOwner(consumer)
  if (owner !== undefined && !hasKey) {
    const other = found?.consumers.find((one) => isOwner(one) || one.id === owner.consumerId)
    const otherName = other?.name ?? owner.consumerId
    const whose = otherName ? `consumer ${otherName}` : 'another consumer'
    throw new PlanError(`consumer ${spec.name} has the key of ${whose}: set a new key`)
  }
  if (consumer === undefined)
    return { ...step, verb: 'create', details: ['with its key'], run: (context) => create(context, mark, spec) }
  ids.set('consumer', spec.name, consumer.id)
  if (hasKey && consumer.credentialIds.length === 1) return { ...step, verb: 'leave', details: [] }
  return {
    ...step,
    verb: 'update',
    details: [hasKey ? 'older keys are removed' : 'new key; the old key is removed'],
    run: (context) => changeKey(context, consumer.id, spec),
  }
}

async function create(context: StepContext, mark: OwnerMark, spec: ConsumerSpec): Promise<void> {
  const { client, ids } = context
  const GatewayId = ids.get('gateway', GATEWAY)
  const body = { GatewayId, Name: spec.name, Comments: withOwnerComment(mark) }
  const { id } = await createOnce(context, {
    create: async () => (await client.call<{ Id: string }>('apig', 'CreateConsumer', body)).Id,
    find: async () => {
      const all = await listAll<CommentedItem>(client, 'apig', 'ListConsumers', { Filter: { GatewayId } })
      const isWanted = ({ Name, Comments }: CommentedItem) => Name === spec.name && hasOwnerComment(mark, Comments)
      return all.filter(isWanted).map(({ Id }) => Id)
    },
  })
  ids.set('consumer', spec.name, id)
  await changeKey(context, id, spec)
}

/** Creates the new key before it deletes the old ones, so that the consumer always has a key. */
async function changeKey(context: StepContext, ConsumerId: string, { key }: ConsumerSpec): Promise<void> {
  const { client, ids } = context
  const GatewayId = ids.get('gateway', GATEWAY)
  const findKey = async () => {
    const owner = await findKeyOwner(client, GatewayId, key)
    if (owner === undefined) return []
    if ((await credentialsOf(client, ConsumerId)).includes(owner.credentialId)) return [owner.credentialId]
    throw new Error('another consumer of this gateway has been given the same key: deploy again')
  }
  const body = { ConsumerId, ...TYPE, KeyAuthCredential: { APIKey: key } }
  let [keptId] = await findKey()
  if (keptId === undefined) {
    const created = await createOnce(context, {
      create: async () => (await client.call<{ Id: string }>('apig', 'CreateConsumerCredential', body)).Id,
      find: findKey,
    })
    keptId = created.id
  }
  for (const Id of await credentialsOf(client, ConsumerId)) {
    if (Id === keptId) continue
    await ignoreNotFound(() => client.call('apig', 'DeleteConsumerCredential', { ConsumerId, ...TYPE, Id }))
  }
}

/**
 * Lets only the consumers call the gateway service.
 * @throws {PlanError} if somebody else has bound key-auth to it
 */
export function bindingStep(
  mark: OwnerMark,
  { header, consumers }: NonNullable<GatewaySpec['keyAuth']>,
  found: FoundGateway | undefined,
  ids: Ids,
): Step {
  const config = {
    KeySources: [{ Header: header }],
    AllowedConsumers: consumers.map(({ name }) => name).sort(),
  }
  const body = { PluginConfig: JSON.stringify(config), Enable: true, Description: withOwnerComment(mark) }
  const step = { resource: 'key-auth', name: `by ${header}` }
  const ServiceId = ids.find('gateway service', GATEWAY_SERVICE)
  const bindings = found?.bindings.filter((one) => isOf(one, ServiceId)) ?? []
  // Deployments at the same time may have left two: the lowest id is the one that both keep.
  const [ours] = bindings.filter(({ isOurs }) => isOurs).sort((one, other) => (one.Id < other.Id ? -1 : 1))
  const binding = bindings.find(({ isOurs }) => !isOurs) ?? ours
  const details = [`${consumers.length} ${consumers.length === 1 ? 'consumer' : 'consumers'}`]
  if (binding !== undefined) {
    if (!binding.isOurs) {
      throw new PlanError(
        `the gateway service has a key-auth (${binding.Id}) that this service has not created: delete it in the console of the API gateway`,
      )
    }
    ids.set('key-auth', GATEWAY_SERVICE, binding.Id)
    if (binding.Enable === true && isSame(parseConfig(binding.PluginConfig), config))
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
    run: async (context) => {
      const { client } = context
      const Target = context.ids.get('gateway service', GATEWAY_SERVICE)
      await installPlugin(context, found === undefined || found.isOurs)
      const request = { PluginName: PLUGIN, Scope: 'SERVICE', Target, ...body }
      await createOnce(context, {
        create: async () => (await client.call<{ Id: string }>('apig', 'CreatePluginBinding', request)).Id,
        find: async () => {
          const all = await listAll<BindingItem>(client, 'apig', 'ListPluginBindings')
          const isWanted = (one: BindingItem) => isOf(one, Target) && hasOwnerComment(mark, one.Description)
          return all.filter(isWanted).map(({ Id }) => Id)
        },
        remove: (Id) => client.call('apig', 'DeletePluginBinding', { Id }),
      })
    },
  }
}

function isOf({ PluginName, Scope, Target }: BindingItem, serviceId: string | undefined): boolean {
  return PluginName === PLUGIN && Scope === 'SERVICE' && Target === serviceId
}

/** Undefined if it is not JSON: then this plugin has not written it. */
function parseConfig(config = ''): unknown {
  try {
    return JSON.parse(config)
  } catch {
    return undefined
  }
}

/**
 * Installs the plugin in the gateway, as an official tool does before it binds it. It is never uninstalled: others may
 * use it.
 */
async function installPlugin(context: StepContext, isOurGateway: boolean): Promise<void> {
  const { client } = context
  const of = { GatewayId: context.ids.get('gateway', GATEWAY), PluginName: PLUGIN }
  const installed = async () => {
    try {
      const { Enable, PluginConfig = '' } = await client.call<{ Enable?: boolean; PluginConfig?: string }>(
        'apig',
        'GetPlugin',
        of,
      )
      if (!Enable && !isOurGateway) {
        throw new Error(
          `plugin ${PLUGIN} is off in the gateway, which this service has not created: switch it on in the console of the API gateway, or use another gateway`,
        )
      }
      if (!Enable) await client.call('apig', 'UpdatePlugin', { ...of, PluginConfig, Enable: true })
      return [PLUGIN]
    } catch (error) {
      if (error instanceof CloudError && error.isNotFound) return []
      throw error
    }
  }
  if ((await installed()).length > 0) return
  await createOnce(context, {
    create: async () => {
      await client.call('apig', 'CreatePlugin', { ...of, PluginConfig: '', Enable: true })
      return PLUGIN
    },
    find: installed,
  })
}
