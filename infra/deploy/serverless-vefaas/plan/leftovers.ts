import type { Client } from '../cloud/client.ts'
import { CloudError } from '../cloud/cloud-error.ts'
import type { FoundFunction } from '../observe/functions.ts'
import type { FoundGateway, FoundGatewayService } from '../observe/gateways.ts'
import type { ServiceSpec } from '../service.ts'
import { GATEWAY, GATEWAY_SERVICE } from './gateway.ts'
import { ignoreNotFound } from './ignore-not-found.ts'
import { betweenReleases, isReleasing } from './release.ts'
import type { Ids, Stage, Step, StepContext } from './step.ts'
import { triggerLeftovers } from './triggers.ts'
import { waitUntil } from './wait-until.ts'

/** The name is free once the deletion is complete. */
const TIMEOUT_SECONDS = 10 * 60

/**
 * Removes the resources that this service has created and that are not in serverless.yml. The order respects their
 * dependencies: routes and triggers first, key-auth before its consumers, gateways and functions last.
 */
export function leftoverStages(
  { mark, functions, gateway }: ServiceSpec,
  found: { functions: FoundFunction[]; gateways: FoundGateway[] },
  ids: Ids,
): Stage[] {
  const isGatewayKept = (one: FoundGateway) => gateway.isRequired && one.id === ids.find('gateway', GATEWAY)
  const isServiceKept = (id: string) => gateway.isRequired && id === ids.find('gateway service', GATEWAY_SERVICE)
  const upstreams = new Set(functions.filter((one) => one.routes.length > 0).map(({ upstream }) => upstream))
  const isOurs = (one: { isOurs: boolean }) => one.isOurs

  const routesAndTriggers: Step[] = []
  const bindings: Step[] = []
  const upstreamsAndConsumers: Step[] = []
  const services: Step[] = []
  const gatewaysAndFunctions: Step[] = []
  for (const one of found.gateways) {
    const isKept = isGatewayKept(one)
    for (const { Id, Name } of one.routes.filter(isOurs)) {
      // A lost answer may have left two routes of one name. Only one of them is in use.
      if (ids.find('route', Name) !== Id) routesAndTriggers.push(removal('route', Name, 'DeleteRoute', Id))
    }
    for (const { Id, PluginName } of one.bindings.filter(isOurs)) {
      const isWanted = isKept && gateway.keyAuth !== undefined && ids.find('key-auth', GATEWAY_SERVICE) === Id
      if (!isWanted) bindings.push(removal('key-auth', PluginName, 'DeletePluginBinding', Id))
    }
    for (const { Id, Name } of one.upstreams.filter(isOurs)) {
      if (!(isKept && upstreams.has(Name))) upstreamsAndConsumers.push(removal('upstream', Name, 'DeleteUpstream', Id))
    }
    for (const { id, name, credentialIds } of one.consumers.filter(isOurs)) {
      const used = ids.find('consumer', name)
      // Of two consumers with one name, the unused one cannot be deleted while key-auth has the name. Without a key it
      // has no effect.
      const isDuplicate = isKept && used !== undefined
      if (used !== id && !(isDuplicate && credentialIds.length === 0)) {
        upstreamsAndConsumers.push(consumerRemoval(id, name, credentialIds, isDuplicate))
      }
    }
    for (const service of one.services.filter(isOurs)) {
      if (!isServiceKept(service.id)) services.push(serviceRemoval(service, one))
    }
    if (one.isOurs && !isKept) gatewaysAndFunctions.push(gatewayRemoval(one))
  }
  for (const one of found.functions.filter(isOurs)) {
    const spec = functions.find(({ name }) => name === one.name)
    routesAndTriggers.push(...triggerLeftovers(mark, one, ids, spec === undefined))
    if (spec === undefined) gatewaysAndFunctions.push(functionRemoval(one))
  }
  return [routesAndTriggers, bindings, upstreamsAndConsumers, services, gatewaysAndFunctions]
}

function removal(resource: string, name: string, action: string, Id: string): Step {
  const run = ({ client }: { client: Client }) => ignoreNotFound(() => client.call('apig', action, { Id }))
  return { verb: 'remove', resource, name, details: [], run }
}

function functionRemoval({ id: Id, name, release }: FoundFunction): Step {
  const run = async (context: StepContext) => {
    const remove = () => context.client.call('vefaas', 'DeleteFunction', { Id })
    await ignoreNotFound(() => (isReleasing(release) ? betweenReleases(context, name, Id, remove) : remove()))
  }
  return { verb: 'remove', resource: 'function', name, details: [], run }
}

function consumerRemoval(ConsumerId: string, name: string, credentialIds: string[], mayRemain: boolean): Step {
  return {
    ...removal('consumer', name, 'DeleteConsumer', ConsumerId),
    run: async ({ client }) => {
      for (const Id of credentialIds) {
        const body = { ConsumerId, CredentialType: 'key-auth', Id }
        await ignoreNotFound(() => client.call('apig', 'DeleteConsumerCredential', body))
      }
      try {
        await ignoreNotFound(() => client.call('apig', 'DeleteConsumer', { Id: ConsumerId }))
      } catch (error) {
        if (!(mayRemain && error instanceof CloudError && error.isConflict)) throw error
      }
    },
  }
}

function serviceRemoval({ id, name }: FoundGatewayService, { routes, bindings }: FoundGateway): Step {
  const step = { resource: 'gateway service', name }
  const users: string[] = []
  for (const route of routes) {
    if (route.ServiceId === id && !route.isOurs) users.push(`route ${route.Name}`)
  }
  for (const binding of bindings) {
    if (binding.Target === id && !binding.isOurs) users.push(`plugin ${binding.PluginName}`)
  }
  if (users.length > 0) return { ...step, verb: 'leave', details: [`kept: others use it (${users.join(', ')})`] }
  return {
    ...step,
    verb: 'remove',
    details: [],
    run: (context) => removeAndWait(context, `gateway service ${name}`, id, 'DeleteGatewayService', serviceState),
  }
}

function gatewayRemoval(found: FoundGateway): Step {
  const { id, name, services, upstreams, consumers, bindings } = found
  const step = { resource: 'gateway', name }
  const users: string[] = []
  for (const service of services) {
    const isKept = !service.isOurs || serviceRemoval(service, found).verb === 'leave'
    if (isKept) users.push(`service ${service.name}`)
  }
  for (const upstream of upstreams) {
    if (!upstream.isOurs) users.push(`upstream ${upstream.Name}`)
  }
  for (const consumer of consumers) {
    if (!consumer.isOurs) users.push(`consumer ${consumer.name}`)
  }
  for (const binding of bindings) {
    if (!binding.isOurs) users.push(`plugin ${binding.PluginName}`)
  }
  if (users.length > 0) return { ...step, verb: 'leave', details: [`kept: others use it (${users.join(', ')})`] }
  return {
    ...step,
    verb: 'remove',
    details: [],
    run: (context) => removeAndWait(context, `gateway ${name}`, id, 'DeleteGateway', gatewayState),
  }
}

type State = { Status?: string; Message?: string }

async function gatewayState(client: Client, Id: string): Promise<State> {
  return (await client.call<{ Gateway: State }>('apig', 'GetGateway', { Id })).Gateway
}

async function serviceState(client: Client, Id: string): Promise<State> {
  return (await client.call<{ GatewayService: State }>('apig', 'GetGatewayService', { Id })).GatewayService
}

/**
 * Deletes a gateway or a gateway service and waits until that is complete: a gateway can only be deleted without
 * services.
 */
async function removeAndWait(
  context: StepContext,
  what: string,
  Id: string,
  action: string,
  stateOf: (client: Client, Id: string) => Promise<State>,
): Promise<void> {
  const { client } = context
  let isDeletionStarted = false
  await waitUntil(context, what, TIMEOUT_SECONDS, async () => {
    let state: true | string = true
    await ignoreNotFound(async () => {
      const { Status = '', Message = '' } = await stateOf(client, Id)
      state = Status || 'without a status'
      if (isDeletionStarted && /DeletedFailed|DeletionFailed/.test(Status)) {
        throw new Error(`it is ${Status}${Message ? `: ${Message}` : ''}; delete it in the console of the API gateway`)
      }
      if (isDeletionStarted || /^(Creating|Updating|Deleting)$/.test(Status)) return
      await client.call('apig', action, { Id })
      isDeletionStarted = true
      state = 'Deleting'
    })
    return state
  })
}
