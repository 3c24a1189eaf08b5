import * as v from 'valibot'
import { timestamp } from '../openapi/envelope.ts'
import type { Call } from '../openapi/gateway.ts'
import { type Action, type Apig, action, admitCreation, born, find } from './action.ts'
import { mustBeRunning, mustBeUnused, nameMatches } from './assumptions.ts'
import { comments, name, pageOf, paging, text } from './fields.ts'
import { gatewayOf } from './gateways.ts'
import { keyAuthOf, type PluginBinding } from './plugin-bindings.ts'
import type { Resource } from './resources.ts'

/** A consumer: who calls through a gateway, known by its credentials. */
export interface Consumer extends Resource {
  Name: string
  GatewayId: string
  Comments: string
  CreateTime: string
  UpdateTime: string
}

export const createConsumer: Action = action(
  v.object({ GatewayId: v.string(), Name: name(63), Comments: comments }),
  ({ GatewayId, Name, Comments = '' }, apig, call) => {
    mustBeRunning('gateway', gatewayOf(apig, GatewayId, call))
    const present = apig.consumers.all().filter((consumer) => consumer.GatewayId === GatewayId)
    admitCreation(apig, call, 'consumers of a gateway', present, apig.quotas.consumersPerGateway)
    const birth = born(apig, call, 'consumer-')
    const consumer: Consumer = { ...birth, UpdateTime: birth.CreateTime, Name, GatewayId, Comments }
    apig.consumers.put(consumer)
    return { Id: consumer.Id }
  },
)

export const getConsumer: Action = action(v.object({ Id: v.string() }), ({ Id }, apig, call) => ({
  Consumer: describeConsumer(apig, consumerOf(apig, Id, call)),
}))

/** The gateway stands in the filter: one beside it is ignored, as every parameter that an action does not know. */
export const listConsumers: Action = action(
  v.object({ ...paging, Filter: v.optional(v.object({ GatewayId: text, Name: text }), {}) }),
  ({ Filter: { GatewayId, Name }, ...paging }, apig, call) => {
    const wanted = (consumer: Consumer) =>
      (!GatewayId || consumer.GatewayId === GatewayId) && (!Name || nameMatches(consumer.Name, Name))
    const consumers = apig.consumers.listed(call.region).filter(wanted)
    return pageOf(
      consumers.map((consumer) => describeConsumer(apig, consumer)),
      paging,
    )
  },
)

export const updateConsumer: Action = action(
  v.object({ Id: v.string(), Comments: comments }),
  ({ Id, Comments }, apig, call) => {
    const consumer = consumerOf(apig, Id, call)
    if (Comments !== undefined) consumer.Comments = Comments
    consumer.UpdateTime = timestamp(apig.clock.now())
    return { Id }
  },
)

export const deleteConsumer: Action = action(v.object({ Id: v.string() }), ({ Id }, apig, call) => {
  const consumer = consumerOf(apig, Id, call)
  const credentials = apig.credentials.all().filter(({ ConsumerId }) => ConsumerId === Id)
  mustBeUnused('consumer', Id, credentials, 'credential')
  const allows = ({ GatewayId, PluginName, PluginConfig }: PluginBinding) =>
    GatewayId === consumer.GatewayId &&
    keyAuthOf(PluginName, PluginConfig)?.AllowedConsumers.includes(consumer.Name) === true
  mustBeUnused('consumer', Id, apig.bindings.all().filter(allows), 'plugin binding')
  apig.consumers.remove(consumer)
  return {}
})

export const checkConsumerExist: Action = action(
  v.object({ GatewayId: v.string(), Name: v.string() }),
  ({ GatewayId, Name }, apig, call) => {
    const isIt = (consumer: Consumer) => consumer.GatewayId === GatewayId && consumer.Name === Name
    return { Exist: apig.consumers.listed(call.region).some(isIt) }
  },
)

/** @throws ApiError 404 ResourceNotFound */
export function consumerOf(apig: Apig, id: string, call: Call): Consumer {
  return find(apig.consumers, 'consumer', id, call)
}

/** A consumer as GetConsumer and ListConsumers show it. */
export function describeConsumer(apig: Apig, consumer: Consumer): object {
  const { region, hiddenUntil, Status, next, ...shown } = consumer
  return { ...shown, GatewayName: apig.gateways.get(consumer.GatewayId, region)?.Name ?? '' }
}
