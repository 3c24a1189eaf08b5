import { ApiError } from '../openapi/errors.ts'
import { duplicatedResource, invalidParameter, statusConflict } from './errors.ts'

// What VolcEngine does not publish. Each is a guess, on the side that is harder for a client, and in one place so that
// the day somebody sees the real answer it is changed here alone.

/** How long the gateway waits for an upstream where a route does not say: what Envoy waits, in seconds. */
export const defaultTimeoutSeconds = 15

/** How many a page holds where the call does not say: published for gateways, assumed for all else. */
export const defaultPageSize = 10

/** What kind of gateway is made where the call does not say: the one that functions cannot use. */
export const defaultGatewayType = 'standard'

/** A gateway is made where the call was signed for. */
export const mustBeSignedRegion = (wanted: string, signed: string) => {
  if (wanted !== signed) throw invalidParameter('Region', `it is ${wanted}, but the call is signed for ${signed}`)
}

/**
 * Nothing is made twice: a gateway of a name in a region (this is published), a service, an upstream, a plugin of a name or
 * a key on a gateway, a binding of a plugin to a target. Routes and consumers may have one name, so that a client which
 * repeats a creation has two.
 */
export const mustBeNew = (kind: string, name: string, present: readonly object[]) => {
  if (present.length > 0) throw duplicatedResource(kind, name)
}

/** Official tools have seen this code; its status is not published. */
export const notInWhitelist = (what: string) =>
  new ApiError(403, 'OperationDenied.AccountNotInWhitelist', `The account is not allowed to use ${what}.`)

/** A filter by name finds part of a name: who wants one name has to compare. */
export const nameMatches = (name: string, wanted: string) => name.includes(wanted)

/**
 * The ResourceType of everything created through the API; a filter for another type finds nothing. The models of the answers
 * and of the creations have neither it nor Tags.
 */
export const resourceType = 'Console'

/** Only in these a resource may be changed, or get something new in it. */
export const mustBeRunning = (kind: string, { Id, Status }: { Id: string; Status: string }) => {
  if (Status !== 'Running') throw statusConflict(`The ${kind} ${Id} is ${Status}, not Running.`)
}

/** A resource that is still Creating, or Deleting already, is not deleted. */
export const mustBeDeletable = (kind: string, { Id, Status }: { Id: string; Status: string }) => {
  if (Status === 'Creating' || Status === 'Deleting') throw statusConflict(`The ${kind} ${Id} is ${Status}.`)
}

/** Nothing is deleted that something else hangs on; ForceDelete changes nothing about that. */
export const mustBeUnused = (kind: string, id: string, users: readonly { Id: string }[], what: string) => {
  const [first, ...others] = users
  if (!first) return
  const more = others.length > 0 ? ` and ${others.length} more` : ''
  throw statusConflict(`The ${kind} ${id} is in use by the ${what} ${first.Id}${more}; delete what uses it first.`)
}

/**
 * "Custom priorities are a whitelist feature": 0, which official tools send, and 100, the default, say nothing and are
 * accepted; any other is refused.
 */
export const acceptedPriorities = [0, 100]

/** veFaaS "attaches to serverless gateways only", say official samples: an upstream of a function needs one. */
export const mustBeServerless = ({ Id, Type }: { Id: string; Type: string }) => {
  if (Type !== 'serverless') {
    throw new ApiError(403, 'InvalidOperation', `The gateway ${Id} is ${Type}; functions need a serverless one.`)
  }
}

/** "Release the function once before binding it": one that never was released, or is gone, is refused. */
export const mustBeReleased = (functionId: string, functions: { hasReleased(functionId: string): boolean }) => {
  if (!functions.hasReleased(functionId)) {
    throw invalidParameter('UpstreamSpec.VeFaas.FunctionId', `the function ${functionId} has no release`)
  }
}

/** A plugin is installed on the gateway (CreatePlugin), and switched on there, before it can be bound. */
export const mustBeInstalled = (name: string, plugin: { Enable: boolean } | undefined) => {
  if (!plugin?.Enable) throw new ApiError(403, 'InvalidOperation', `The plugin ${name} is not enabled on the gateway.`)
}

/** What GetPlugin says of a plugin that works; no values are published. */
export const addonStatus = 'Running'

/** Keys of consumers are write-only: what lists show in their place. */
export const maskedSecret = '******'
