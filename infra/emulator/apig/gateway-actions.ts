import * as v from 'valibot'
import { pageOf } from '../gateway/pages.ts'
import { missingParameter } from '../gateway/service-errors.ts'
import { type Action, action } from './action.ts'
import {
  mustBeDeletable,
  mustBeNew,
  mustBeRunning,
  mustBeSignedRegion,
  mustBeUnused,
  nameMatches,
} from './assumptions.ts'
import { startDeletion } from './deletion.ts'
import { comments, optionalBoolean, optionalString, pageFields } from './fields.ts'
import { admitCreation, newResource } from './new-resource.ts'
import { describeGateway, describeGatewayInDetail, type Gateway, gatewaySettings } from './resources/gateway.ts'

export const createGateway: Action = action(gatewaySettings, (input, apig, call) => {
  mustBeSignedRegion(input.Region, call.region)
  if (input.Type === 'standard' && !input.NetworkSpec) throw missingParameter('NetworkSpec')
  const present = apig.gateways.in(call.region)
  const isSame = ({ Name }: Gateway) => Name === input.Name
  mustBeNew('gateway', input.Name, present.filter(isSame))
  admitCreation(apig, call, 'gateways', present, apig.quotas.gateways)

  const failed = apig.faults.take(call.action, 'FailGateway')
  const stuck = apig.faults.take(call.action, 'StuckGateway')
  const gateway: Gateway = {
    ...newResource(apig, call, 'g'),
    ...input,
    Status: 'Creating',
    failure: failed ? (failed.Message ?? 'Scripted fault: the gateway cannot be created.') : '',
  }
  apig.gateways.put(gateway)
  const seconds = stuck ? 'never' : apig.delays.gatewaySeconds
  apig.gateways.move(gateway, 'Creating', failed ? 'CreatedFailed' : 'Running', seconds)
  return { Id: gateway.Id }
})

export const getGateway: Action = action(v.object({ Id: v.string() }), ({ Id }, apig, call) => ({
  Gateway: describeGatewayInDetail(apig.gateways.get(Id, call.region)),
}))

export const listGateways: Action = action(
  v.object({
    ...pageFields,
    ProjectName: optionalString,
    Filter: v.optional(
      v.object({
        Ids: v.optional(v.array(v.string())),
        Name: optionalString,
        Status: optionalString,
        Type: optionalString,
        VpcIds: v.optional(v.array(v.string())),
      }),
      {},
    ),
  }),
  ({ Filter, ProjectName, ...page }, apig, call) => {
    const { Ids, Name, Status, Type, VpcIds } = Filter
    const matchesFilter = (gateway: Gateway) =>
      (!Ids?.length || Ids.includes(gateway.Id)) &&
      (!Name || nameMatches(gateway.Name, Name)) &&
      (!Status || gateway.Status === Status) &&
      (!Type || gateway.Type === Type) &&
      (!VpcIds?.length || VpcIds.includes(gateway.NetworkSpec?.VpcId ?? '')) &&
      (!ProjectName || gateway.ProjectName === ProjectName)
    return pageOf(apig.gateways.listed(call.region).filter(matchesFilter), page, describeGateway)
  },
)

export const updateGateway: Action = action(
  v.object({ Id: v.string(), Comments: comments, MonitorSpec: gatewaySettings.entries.MonitorSpec }),
  ({ Id, Comments, MonitorSpec }, apig, call) => {
    const gateway = apig.gateways.get(Id, call.region)
    mustBeRunning('gateway', gateway)
    if (Comments !== undefined) gateway.Comments = Comments
    if (MonitorSpec !== undefined) gateway.MonitorSpec = MonitorSpec
    return { Id }
  },
)

export const deleteGateway: Action = action(
  v.object({ Id: v.string(), ForceDelete: optionalBoolean }),
  ({ Id }, apig, call) => {
    const gateway = apig.gateways.get(Id, call.region)
    mustBeDeletable('gateway', gateway)
    const inIt = ({ GatewayId }: { GatewayId: string }) => GatewayId === Id
    mustBeUnused('gateway', Id, apig.services.all().filter(inIt), 'gateway service')
    mustBeUnused('gateway', Id, apig.upstreams.all().filter(inIt), 'upstream')
    mustBeUnused('gateway', Id, apig.consumers.all().filter(inIt), 'consumer')
    mustBeUnused('gateway', Id, apig.pluginBindings.all().filter(inIt), 'plugin binding')
    startDeletion(apig, call, apig.gateways, gateway)
    return {}
  },
)

export const checkGatewayExist: Action = action(v.object({ Name: v.string() }), ({ Name }, apig, call) => ({
  Exist: apig.gateways.listed(call.region).some((gateway) => gateway.Name === Name),
}))
