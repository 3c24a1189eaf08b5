import * as v from 'valibot'
import { integer } from '../../gateway/body-schemas.ts'
import { defaultGatewayType } from '../assumptions.ts'
import { comments, optionalBoolean, optionalString, resourceName } from '../fields.ts'
import type { Resource, Status } from './resource.ts'

/** The parameters of CreateGateway. */
export const gatewaySettings = v.object({
  Name: resourceName(63),
  Region: v.string(),
  Type: v.optional(v.picklist(['standard', 'serverless'], 'it must be standard or serverless'), defaultGatewayType),
  NetworkSpec: v.optional(v.object({ VpcId: v.string(), SubnetIds: v.array(v.string()) })),
  ResourceSpec: v.optional(
    v.object({
      Replicas: v.optional(integer(2, 100)),
      InstanceSpecCode: v.optional(v.picklist(['1c2g', '2c4g', '4c8g', '8c16g'])),
      CLBSpecCode: optionalString,
      PublicNetworkBillingType: v.optional(v.picklist(['traffic', 'bandwidth'])),
      PublicNetworkBandwidth: v.optional(integer(0, 500)),
      NetworkType: v.optional(
        v.object({ EnablePublicNetwork: optionalBoolean, EnablePrivateNetwork: optionalBoolean }),
      ),
    }),
  ),
  LogSpec: v.optional(v.object({ Enable: optionalBoolean, ProjectId: optionalString, TopicId: optionalString })),
  MonitorSpec: v.optional(v.object({ Enable: optionalBoolean, WorkspaceID: optionalString })),
  ProjectName: v.optional(v.string(), 'default'),
  Comments: comments,
})

/** A gateway forwards requests to functions. */
export interface Gateway extends Resource, v.InferOutput<typeof gatewaySettings> {
  Status: Status
  CreateTime: string
  /** Why the creation fails; empty if it does not. */
  failure: string
}

/**
 * A gateway as GetGateway shows it. Its subnets have more fields than in ListGateways; the emulator only knows their
 * ids.
 */
export function describeGatewayInDetail(gateway: Gateway): object {
  const { NetworkSpec, ...shown } = describeGateway(gateway)
  if (!NetworkSpec) return shown
  const { VpcId, SubnetIds } = NetworkSpec
  const Subnets = SubnetIds.map((SubnetId) => ({ SubnetId, SubnetName: '', AZ: '' }))
  return { ...shown, NetworkSpec: { VpcId, VpcName: '', Subnets } }
}

/** A gateway as ListGateways shows it. */
export function describeGateway({ region, hiddenUntil, next, failure, ...gateway }: Gateway) {
  return {
    ...gateway,
    Version: 'v2',
    Message: gateway.Status === 'CreatedFailed' ? failure : '',
    Comments: gateway.Comments ?? '',
    Events: [],
  }
}
