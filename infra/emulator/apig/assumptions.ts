import { ApiError } from '../gateway/errors.ts'
import { duplicatedResource, invalidOperation, invalidParameter, statusConflict } from '../gateway/service-errors.ts'

// What VolcEngine does not publish. Each line is a guess, on the side that is harder for a client. All guesses are in
// this file, so that a real answer changes one place.

/** How long the gateway waits for an upstream if the route has no timeout, in seconds: the default of Envoy. */
export const defaultTimeoutSeconds = 15

/** The page size if the call has none: published for gateways, assumed for all else. */
export const defaultPageSize = 10

/** The type of a gateway if the call has none: the type that functions cannot use. */
export const defaultGatewayType = 'standard'

/** A gateway can only be created in the region of the signature. */
export const mustBeSignedRegion = (region: string, signedRegion: string) => {
  if (region !== signedRegion) {
    throw invalidParameter('Region', `it is ${region}, but the call is signed for ${signedRegion}`)
  }
}

/**
 * Refuses a second gateway of the same name in a region (this is published), a second service, upstream, plugin or key
 * on a gateway, and a second binding of a plugin to a target. Routes and consumers may share a name, so that a client
 * which repeats a creation gets two.
 */
export const mustBeNew = (kind: string, name: string, present: readonly object[]) => {
  if (present.length > 0) throw duplicatedResource(kind, name)
}

/** Official tools handle this code; its HTTP status is not published. */
export const notInWhitelist = (what: string) =>
  new ApiError(403, 'OperationDenied.AccountNotInWhitelist', `The account is not allowed to use ${what}.`)

/** A filter by name also finds longer names that contain the value, so a client has to compare the names itself. */
export const nameMatches = (name: string, filter: string) => name.includes(filter)

/**
 * The ResourceType of everything created through the API; a filter for another type finds nothing. Neither the
 * parameters of creations nor the responses contain it, or Tags.
 */
export const resourceType = 'Console'

/** Only a Running resource can be changed or get new resources in it. */
export const mustBeRunning = (kind: string, { Id, Status }: { Id: string; Status: string }) => {
  if (Status !== 'Running') throw statusConflict(`The ${kind} ${Id} is ${Status}, not Running.`)
}

/** A resource that is Creating or Deleting cannot be deleted. */
export const mustBeDeletable = (kind: string, { Id, Status }: { Id: string; Status: string }) => {
  if (Status === 'Creating' || Status === 'Deleting') throw statusConflict(`The ${kind} ${Id} is ${Status}.`)
}

/** A resource that another one uses cannot be deleted, not even with ForceDelete. */
export const mustBeUnused = (kind: string, id: string, users: readonly { Id: string }[], what: string) => {
  const [first, ...others] = users
  if (!first) return
  const more = others.length > 0 ? ` and ${others.length} more` : ''
  throw statusConflict(`The ${kind} ${id} is used by the ${what} ${first.Id}${more}. Delete what uses it first.`)
}

/**
 * "Custom priorities are a whitelist feature": only 0, which official tools send, and 100, the default, are accepted.
 */
export const acceptedPriorities = [0, 100]

/** Official samples: veFaaS "attaches to serverless gateways only". */
export const mustBeServerless = ({ Id, Type }: { Id: string; Type: string }) => {
  if (Type !== 'serverless') {
    throw invalidOperation(`The gateway ${Id} is ${Type}; functions need a serverless gateway.`)
  }
}

/** "Release the function once before binding it": a function that does not exist is refused as well. */
export const mustBeReleased = (functionId: string, functions: { hasReleased(functionId: string): boolean }) => {
  if (!functions.hasReleased(functionId)) {
    throw invalidParameter('UpstreamSpec.VeFaas.FunctionId', `the function ${functionId} has no release`)
  }
}

/** A plugin can be bound only after it is installed on the gateway (CreatePlugin) and enabled there. */
export const mustBeInstalled = (name: string, plugin: { Enable: boolean } | undefined) => {
  if (!plugin?.Enable) throw invalidOperation(`The plugin ${name} is not enabled on the gateway.`)
}

/** The AddonStatus of a plugin that works; its values are not published. */
export const addonStatus = 'Running'

/** Lists show this instead of the keys of consumers, which are write-only. */
export const maskedSecret = '******'
