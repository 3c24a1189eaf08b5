import * as v from 'valibot'
import { timestamp } from '../gateway/envelope.ts'
import { pageOf } from '../gateway/pages.ts'
import { type Action, action } from './action.ts'
import { mustBeRunning, mustBeUnused, nameMatches } from './assumptions.ts'
import { comments, optionalString, pageFields, resourceName } from './fields.ts'
import { keyAuthOf } from './key-auth-rules.ts'
import { admitCreation, newResource } from './new-resource.ts'
import { type Consumer, describeConsumer } from './resources/consumer.ts'
import type { PluginBinding } from './resources/plugin-binding.ts'

export const createConsumer: Action = action(
  v.object({ GatewayId: v.string(), Name: resourceName(63), Comments: comments }),
  ({ GatewayId, Name, Comments = '' }, apig, call) => {
    mustBeRunning('gateway', apig.gateways.get(GatewayId, call.region))
    const present = apig.consumers.all().filter((consumer) => consumer.GatewayId === GatewayId)
    admitCreation(apig, call, 'consumers of a gateway', present, apig.quotas.consumersPerGateway)
    const base = newResource(apig, call, 'consumer-')
    const consumer: Consumer = { ...base, UpdateTime: base.CreateTime, Name, GatewayId, Comments }
    apig.consumers.put(consumer)
    return { Id: consumer.Id }
  },
)

export const getConsumer: Action = action(v.object({ Id: v.string() }), ({ Id }, apig, call) => ({
  Consumer: describeConsumer(apig, apig.consumers.get(Id, call.region)),
}))

/** GatewayId belongs in Filter. Outside of it, it is ignored like every unknown parameter. */
export const listConsumers: Action = action(
  v.object({ ...pageFields, Filter: v.optional(v.object({ GatewayId: optionalString, Name: optionalString }), {}) }),
  ({ Filter: { GatewayId, Name }, ...page }, apig, call) => {
    const matchesFilter = (consumer: Consumer) =>
      (!GatewayId || consumer.GatewayId === GatewayId) && (!Name || nameMatches(consumer.Name, Name))
    const consumers = apig.consumers.listed(call.region).filter(matchesFilter)
    return pageOf(consumers, page, (consumer) => describeConsumer(apig, consumer))
  },
)

export const updateConsumer: Action = action(
  v.object({ Id: v.string(), Comments: comments }),
  ({ Id, Comments }, apig, call) => {
    const consumer = apig.consumers.get(Id, call.region)
    if (Comments !== undefined) consumer.Comments = Comments
    consumer.UpdateTime = timestamp(apig.clock.now())
    return { Id }
  },
)

export const deleteConsumer: Action = action(v.object({ Id: v.string() }), ({ Id }, apig, call) => {
  const consumer = apig.consumers.get(Id, call.region)
  const credentials = apig.credentials.all().filter(({ ConsumerId }) => ConsumerId === Id)
  mustBeUnused('consumer', Id, credentials, 'credential')
  const allows = (binding: PluginBinding) =>
    binding.GatewayId === consumer.GatewayId && keyAuthOf(binding)?.AllowedConsumers.includes(consumer.Name) === true
  mustBeUnused('consumer', Id, apig.pluginBindings.all().filter(allows), 'plugin binding')
  apig.consumers.remove(consumer)
  return {}
})

export const checkConsumerExist: Action = action(
  v.object({ GatewayId: v.string(), Name: v.string() }),
  ({ GatewayId, Name }, apig, call) => {
    const matches = (consumer: Consumer) => consumer.GatewayId === GatewayId && consumer.Name === Name
    return { Exist: apig.consumers.listed(call.region).some(matches) }
  },
)
