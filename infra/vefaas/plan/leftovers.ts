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

/** Deleting takes its time; the name is free when it is gone. */
const TIMEOUT_SECONDS = 10 * 60

/**
 * Removes what this service has made and what is not in serverless.yml any more, in an order in which nothing is removed
 * that another thing still needs: what leads to functions first, key-auth before the consumers that it names, the functions
 * last.
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
      // Of two with one name, which an answer that was lost may have left, one is used.
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
      // Of two with one name the second may not go as long as key-auth has its name; without a key it is of no effect.
      const isDouble = isKept && used !== undefined
      if (used !== id && !(isDouble && credentialIds.length === 0)) {
        upstreamsAndConsumers.push(consumerRemoval(id, name, credentialIds, isDouble))
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

function consumerRemoval(ConsumerId: string, name: string, credentialIds: string[], mayStay: boolean): Step {
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
        if (!(mayStay && error instanceof CloudError && error.isConflict)) throw error
      }
    },
  }
}

function serviceRemoval({ id, name }: FoundGatewayService, { routes, bindings }: FoundGateway): Step {
  const step = { resource: 'gateway service', name }
  const users = [
    ...routes.filter(({ ServiceId, isOurs }) => ServiceId === id && !isOurs).map(({ Name }) => `route ${Name}`),
    ...bindings
      .filter(({ Target, isOurs }) => Target === id && !isOurs)
      .map(({ PluginName }) => `plugin ${PluginName}`),
  ]
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
  const users = [
    ...services
      .filter((one) => !one.isOurs || serviceRemoval(one, found).verb === 'leave')
      .map((one) => `service ${one.name}`),
    ...upstreams.filter(({ isOurs }) => !isOurs).map(({ Name }) => `upstream ${Name}`),
    ...consumers.filter(({ isOurs }) => !isOurs).map((one) => `consumer ${one.name}`),
    ...bindings.filter(({ isOurs }) => !isOurs).map(({ PluginName }) => `plugin ${PluginName}`),
  ]
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

/** Deletes what takes its time to come and to go, and waits until it is gone: what it stands in cannot go before. */
async function removeAndWait(
  context: StepContext,
  what: string,
  Id: string,
  action: string,
  stateOf: (client: Client, Id: string) => Promise<State>,
): Promise<void> {
  const { client } = context
  let isAsked = false
  await waitUntil(context, what, TIMEOUT_SECONDS, async () => {
    let state: true | string = true
    await ignoreNotFound(async () => {
      const { Status = '', Message = '' } = await stateOf(client, Id)
      state = Status || 'without a status'
      if (isAsked && /DeletedFailed|DeletionFailed/.test(Status)) {
        throw new Error(`it is ${Status}${Message ? `: ${Message}` : ''}; delete it in the console of the API gateway`)
      }
      if (isAsked || /^(Creating|Updating|Deleting)$/.test(Status)) return
      await client.call('apig', action, { Id })
      isAsked = true
      state = 'Deleting'
    })
    return state
  })
}
