import * as v from 'valibot'
import { integer } from '../gateway/body-schemas.ts'
import { timestamp } from '../gateway/envelope.ts'
import { resourceNotFound } from '../gateway/service-errors.ts'
import { type Action, action } from './action.ts'
import type { FunctionRecord } from './resources/records.ts'

export const listFunctionInstances: Action = action(
  v.object({ FunctionId: v.string() }),
  ({ FunctionId }, vefaas, { region }) => {
    const Items = instancesOf(vefaas.functions.get(FunctionId, region)).map(({ instance, revisionNumber }) => ({
      Id: instance.name,
      InstanceName: instance.name,
      InstanceStatus: instance.status,
      InstanceType: '',
      RevisionNumber: revisionNumber,
      AvailabilityZone: `${region}-a`,
      CreationTime: timestamp(instance.startedAt),
      ExpireAt: '',
      Labels: {},
      UserVpcIP: '',
      UserVpcIPv6: '',
    }))
    return { Items, Total: Items.length }
  },
)

/** All lines that an instance has written, or the last ones. The log of a stopped instance is not available. */
export const getFunctionInstanceLogs: Action = action(
  v.object({ FunctionId: v.string(), Name: v.string(), Limit: v.optional(integer(1)) }),
  ({ FunctionId, Name, Limit }, vefaas, { region }) => {
    const instances = instancesOf(vefaas.functions.get(FunctionId, region))
    const found = instances.find(({ instance }) => instance.name === Name)
    if (!found) throw resourceNotFound('instance', Name)
    return { Logs: found.instance.log.text(Limit) }
  },
)

function instancesOf({ stable, canary }: FunctionRecord) {
  return [stable, canary].flatMap(
    (deployment) =>
      deployment?.instances().map((instance) => ({ instance, revisionNumber: deployment.revision.number })) ?? [],
  )
}
