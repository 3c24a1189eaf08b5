import type { Client } from '../cloud/client.ts'
import type { FoundFunction } from '../observe/functions.ts'
import type { FoundGateway } from '../observe/gateways.ts'
import type { Service } from '../service.ts'
import { GATEWAY, GATEWAY_SERVICE } from './gateway.ts'
import { gone } from './gone.ts'
import type { Ids, Stage, Step } from './step.ts'
import { triggerLeftovers } from './triggers.ts'
import { until } from './until.ts'

/** Deleting takes its time; the name is free when it is gone. */
const MOST_SECONDS = 10 * 60

/**
 * Removes what this service has made and what is not in serverless.yml any more, in an order in which nothing is removed
 * that another thing still needs: what leads to functions first, key-auth before the consumers that it names, the functions
 * last.
 */
export function leftoverStages(
  { mark, functions, gateway }: Service,
  found: { functions: FoundFunction[]; gateways: FoundGateway[] },
  ids: Ids,
): Stage[] {
  const isGatewayKept = (one: FoundGateway) => gateway.isNeeded && one.id === ids.find('gateway', GATEWAY)
  const isServiceKept = (id: string) => gateway.isNeeded && id === ids.find('gateway service', GATEWAY_SERVICE)
  const routes = new Set(functions.flatMap((one) => one.routes.map(({ name }) => name)))
  const upstreams = new Set(functions.filter((one) => one.routes.length > 0).map(({ name }) => name))
  const consumers = new Set(gateway.keyAuth?.consumers.map(({ name }) => name))

  const first: Step[] = []
  const second: Step[] = []
  const third: Step[] = []
  const fourth: Step[] = []
  const fifth: Step[] = []
  for (const one of found.gateways) {
    const isKept = isGatewayKept(one)
    for (const { Id, Name, ServiceId = '' } of one.routes) {
      const isWanted = isKept && isServiceKept(ServiceId) && routes.has(Name)
      // Of two with one name, which an answer that was lost may have left, the first is the one that is used.
      const isFirst = one.routes.find((other) => other.Name === Name && other.ServiceId === ServiceId)?.Id === Id
      if (!isWanted || !isFirst) first.push(removal('route', Name, 'DeleteRoute', Id))
    }
    for (const { Id, Target, PluginName } of one.bindings) {
      const isWanted = isKept && isServiceKept(Target) && gateway.keyAuth !== undefined
      if (!isWanted) second.push(removal('key-auth', PluginName, 'DeletePluginBinding', Id))
    }
    for (const { Id, Name } of one.upstreams) {
      if (!(isKept && upstreams.has(Name))) third.push(removal('upstream', Name, 'DeleteUpstream', Id))
    }
    for (const { id, name, credentialIds } of one.consumers) {
      const isFirst = one.consumers.find((other) => other.name === name)?.id === id
      if (!(isKept && consumers.has(name) && isFirst)) third.push(consumerRemoval(id, name, credentialIds))
    }
    for (const { id, name, isOurs } of one.services) {
      if (isOurs && !isServiceKept(id)) fourth.push(removal('gateway service', name, 'DeleteGatewayService', id))
    }
    if (one.isOurs && !isKept) fifth.push(gatewayRemoval(one))
  }
  for (const one of found.functions.filter(({ isOurs }) => isOurs)) {
    const spec = functions.find(({ name }) => name === one.name)
    first.push(...triggerLeftovers(mark, one, spec, spec === undefined))
    if (spec === undefined) fifth.push(removal('function', one.name, 'DeleteFunction', one.id, 'vefaas'))
  }
  return [first, second, third, fourth, fifth]
}

function removal(
  resource: string,
  name: string,
  action: string,
  Id: string,
  service: 'apig' | 'vefaas' = 'apig',
): Step {
  const run = ({ client }: { client: Client }) => gone(() => client.call(service, action, { Id }))
  return { verb: 'remove', resource, name, details: [], run }
}

function consumerRemoval(ConsumerId: string, name: string, credentialIds: string[]): Step {
  return {
    ...removal('consumer', name, 'DeleteConsumer', ConsumerId),
    run: async ({ client }) => {
      for (const Id of credentialIds) {
        const body = { ConsumerId, CredentialType: 'key-auth', Id }
        await gone(() => client.call('apig', 'DeleteConsumerCredential', body))
      }
      await gone(() => client.call('apig', 'DeleteConsumer', { Id: ConsumerId }))
    },
  }
}

function gatewayRemoval({ id: Id, name, services, status }: FoundGateway): Step {
  const others = services.filter(({ isOurs }) => !isOurs).map((one) => one.name)
  if (others.length > 0) {
    const details = [`kept: others use it (service ${others.join(', ')})`]
    return { verb: 'leave', resource: 'gateway', name, details }
  }
  return {
    verb: 'remove',
    resource: 'gateway',
    name,
    details: [],
    run: async (work) => {
      const { client } = work
      if (status !== 'Deleting') await gone(() => client.call('apig', 'DeleteGateway', { Id }))
      await until(work, `gateway ${name}`, MOST_SECONDS, async () => {
        let state: true | string = true
        await gone(async () => {
          const { Gateway } = await client.call<{ Gateway: { Status?: string } }>('apig', 'GetGateway', { Id })
          state = Gateway.Status ?? 'Deleting'
        })
        return state
      })
    },
  }
}
