import * as v from 'valibot'
import type { Call } from '../openapi/gateway.ts'
import { type Action, type Apig, action, admitCreation, born, find } from './action.ts'
import {
  defaultGatewayType,
  mustBeDeletable,
  mustBeHere,
  mustBeNew,
  mustBeRunning,
  mustBeUnused,
  nameMatches,
} from './assumptions.ts'
import { missingParameter } from './errors.ts'
import { comments, flag, name, pageOf, paging, tags, text, wholeNumber } from './fields.ts'
import type { Resource } from './resources.ts'

const monitorSpec = v.object({ Enable: flag, WorkspaceID: text })

const creation = v.object({
  Name: name(63),
  Region: v.string(),
  Type: v.optional(v.picklist(['standard', 'serverless'], 'it has to be standard or serverless'), defaultGatewayType),
  NetworkSpec: v.optional(v.object({ VpcId: v.string(), SubnetIds: v.array(v.string()) })),
  ResourceSpec: v.optional(
    v.object({
      Replicas: v.optional(wholeNumber(2, 100)),
      InstanceSpecCode: v.optional(v.picklist(['1c2g', '2c4g', '4c8g', '8c16g'])),
      CLBSpecCode: text,
      PublicNetworkBillingType: v.optional(v.picklist(['traffic', 'bandwidth'])),
      PublicNetworkBandwidth: v.optional(wholeNumber(0, 500)),
      NetworkType: v.optional(v.object({ EnablePublicNetwork: flag, EnablePrivateNetwork: flag })),
    }),
  ),
  LogSpec: v.optional(v.object({ Enable: flag, ProjectId: text, TopicId: text })),
  MonitorSpec: v.optional(monitorSpec),
  ProjectName: v.optional(v.string(), 'default'),
  Comments: comments,
  Tags: tags(10),
})

/** A gateway: what carries requests to functions. */
export interface Gateway extends Resource, v.InferOutput<typeof creation> {
  Status: 'Creating' | 'CreatedFailed' | 'Running' | 'Deleting' | 'DeletedFailed'
  CreateTime: string
  failure: string
}

export const createGateway: Action = action(creation, (input, apig, call) => {
  mustBeHere(input.Region, call.region)
  if (input.Type === 'standard' && !input.NetworkSpec) throw missingParameter('NetworkSpec')
  const present = apig.gateways.in(call.region)
  const isSame = ({ Name }: Gateway) => Name === input.Name
  mustBeNew('gateway', input.Name, present.filter(isSame))
  admitCreation(apig, call, 'gateways', present, apig.quotas.gateways)

  const failed = apig.faults.take(call.action, 'FailGateway')
  const stuck = apig.faults.take(call.action, 'StuckGateway')
  const gateway: Gateway = {
    ...born(apig, call, 'g'),
    ...input,
    Status: 'Creating',
    failure: failed ? (failed.Message ?? 'Scripted fault: the gateway cannot be made.') : '',
  }
  apig.gateways.put(gateway)
  const seconds = stuck ? 'never' : apig.delays.gatewaySeconds
  apig.gateways.move(gateway, 'Creating', failed ? 'CreatedFailed' : 'Running', seconds)
  return { Id: gateway.Id }
})

export const getGateway: Action = action(v.object({ Id: v.string() }), ({ Id }, apig, call) => ({
  Gateway: describeGateway(gatewayOf(apig, Id, call)),
}))

export const listGateways: Action = action(
  v.object({
    ...paging,
    ProjectName: text,
    Filter: v.optional(
      v.object({
        Ids: v.optional(v.array(v.string())),
        Name: text,
        Status: text,
        Type: text,
        VpcIds: v.optional(v.array(v.string())),
      }),
      {},
    ),
  }),
  ({ Filter, ProjectName, ...paging }, apig, call) => {
    const { Ids, Name, Status, Type, VpcIds } = Filter
    const wanted = (gateway: Gateway) =>
      (!Ids?.length || Ids.includes(gateway.Id)) &&
      (!Name || nameMatches(gateway.Name, Name)) &&
      (!Status || gateway.Status === Status) &&
      (!Type || gateway.Type === Type) &&
      (!VpcIds?.length || VpcIds.includes(gateway.NetworkSpec?.VpcId ?? '')) &&
      (!ProjectName || gateway.ProjectName === ProjectName)
    return pageOf(apig.gateways.listed(call.region).filter(wanted).map(describeGateway), paging)
  },
)

export const updateGateway: Action = action(
  v.object({ Id: v.string(), Comments: comments, MonitorSpec: v.optional(monitorSpec) }),
  ({ Id, Comments, MonitorSpec }, apig, call) => {
    const gateway = gatewayOf(apig, Id, call)
    mustBeRunning('gateway', gateway)
    if (Comments !== undefined) gateway.Comments = Comments
    if (MonitorSpec !== undefined) gateway.MonitorSpec = MonitorSpec
    return { Id }
  },
)

export const deleteGateway: Action = action(v.object({ Id: v.string(), ForceDelete: flag }), ({ Id }, apig, call) => {
  const gateway = gatewayOf(apig, Id, call)
  mustBeDeletable('gateway', gateway)
  const inIt = ({ GatewayId }: { GatewayId: string }) => GatewayId === Id
  mustBeUnused('gateway', Id, apig.services.all().filter(inIt), 'gateway service')
  mustBeUnused('gateway', Id, apig.upstreams.all().filter(inIt), 'upstream')
  mustBeUnused('gateway', Id, apig.consumers.all().filter(inIt), 'consumer')
  mustBeUnused('gateway', Id, apig.bindings.all().filter(inIt), 'plugin binding')
  const failed = apig.faults.take(call.action, 'FailDeleting')
  const stuck = apig.faults.take(call.action, 'StuckDeleting')
  const seconds = stuck ? 'never' : apig.delays.deleteSeconds
  apig.gateways.move(gateway, 'Deleting', failed ? 'DeletedFailed' : 'GONE', seconds)
  return {}
})

export const checkGatewayExist: Action = action(v.object({ Name: v.string() }), ({ Name }, apig, call) => ({
  Exist: apig.gateways.listed(call.region).some((gateway) => gateway.Name === Name),
}))

/** @throws ApiError 404 ResourceNotFound */
export function gatewayOf(apig: Apig, id: string, call: Call): Gateway {
  return find(apig.gateways, 'gateway', id, call)
}

/** A gateway as GetGateway and ListGateways show it. */
export function describeGateway({ region, hiddenUntil, next, failure, ...gateway }: Gateway): object {
  return {
    ...gateway,
    Version: 'v2',
    Message: gateway.Status === 'CreatedFailed' ? failure : '',
    Comments: gateway.Comments ?? '',
    Events: [],
    Tags: gateway.Tags ?? [],
  }
}
