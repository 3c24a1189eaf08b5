import * as v from 'valibot'
import { integer } from '../../gateway/body-schemas.ts'
import { notEmulated } from '../errors.ts'
import { optionalBoolean, optionalString } from '../fields.ts'

const methods = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'CONNECT', 'PATCH'] as const
const matchTypes = ['Exact', 'Prefix', 'Regex'] as const
const matchType = v.picklist(matchTypes, `it must be one of ${matchTypes.join(', ')}`)

const stringMatch = v.pipe(
  v.object({ MatchType: matchType, MatchContent: v.string() }),
  v.check(
    ({ MatchType, MatchContent }) => MatchType !== 'Regex' || isRegex(MatchContent),
    'it is not a regular expression',
  ),
)
const keyMatch = v.object({ Key: v.pipe(v.string(), v.nonEmpty('it is empty')), Value: stringMatch })

const upstreamItem = v.object({ UpstreamId: v.string(), Version: optionalString, Weight: integer(0, 10_000) })

const headerName = v.pipe(v.string(), v.regex(/^[\w!#$%&'*+.^`|~-]+$/, 'it is not a valid header name'))
const headerValue = v.pipe(v.string(), v.regex(/^[\t\x20-\x7e]*$/, 'it is not a valid header value'))
const headerNames = v.optional(v.array(headerName))

const headerOperation = v.pipe(
  v.object({
    Operation: v.picklist(['set', 'add', 'remove'], 'it must be set, add or remove'),
    Key: headerName,
    Value: v.optional(headerValue),
    DirectionType: v.optional(v.picklist(['request', 'response'], 'it must be request or response')),
  }),
  v.check(({ Operation, Value }) => Operation === 'remove' || Value !== undefined, 'set and add need a Value'),
)

const corsPolicy = v.object({
  Enable: optionalBoolean,
  AllowOrigins: v.optional(
    v.array(
      v.pipe(
        v.object({ MatchType: matchType, Value: v.string() }),
        v.check(({ MatchType, Value }) => MatchType !== 'Regex' || isRegex(Value), 'it is not a regular expression'),
      ),
    ),
  ),
  AllowMethods: headerNames,
  AllowHeaders: headerNames,
  ExposeHeaders: headerNames,
  AllowCredentials: optionalBoolean,
  MaxAge: v.optional(integer(0, 1e9)),
})

const optionalFeature = v.optional(v.looseObject({ Enable: optionalBoolean }))

/** The parameters of CreateRoute and UpdateRoute. UpdateRoute replaces all of them. */
export const routeSettings = {
  Name: v.pipe(
    v.string(),
    v.minLength(2, 'it must have at least 2 characters'),
    v.maxLength(255, 'it may have at most 255 characters'),
  ),
  Enable: v.optional(v.boolean(), false),
  Priority: v.optional(integer(0, 100)),
  MatchRule: v.object({
    Path: stringMatch,
    Method: v.optional(v.array(v.picklist(methods, `it must be one of ${methods.join(', ')}`))),
    Header: v.optional(v.array(keyMatch)),
    QueryString: v.optional(v.array(keyMatch)),
  }),
  UpstreamList: v.pipe(v.array(upstreamItem), v.minLength(1, 'it is empty')),
  AdvancedSetting: v.optional(
    v.object({
      TimeoutSetting: v.optional(v.object({ Enable: optionalBoolean, Timeout: v.optional(integer(1, 86_400)) })),
      CorsPolicySetting: v.optional(corsPolicy),
      HeaderOperations: v.optional(v.array(headerOperation)),
      RetryPolicySetting: optionalFeature,
      URLRewriteSetting: optionalFeature,
      MirrorPolicies: v.optional(v.array(v.unknown())),
    }),
  ),
  FallbackSetting: optionalFeature,
  Scene: optionalString,
  RouteType: optionalString,
}

const routeSettingsSchema = v.object(routeSettings)
export type RouteSettings = v.InferOutput<typeof routeSettingsSchema>
export type RouteHeaderOperation = v.InferOutput<typeof headerOperation>
export type RouteCorsPolicy = v.InferOutput<typeof corsPolicy>

/** @throws ApiError 403 for settings that the emulator does not support */
export function refuseNotEmulated({ Scene, RouteType, FallbackSetting, ...settings }: RouteSettings): void {
  const { RetryPolicySetting, URLRewriteSetting, MirrorPolicies } = settings.AdvancedSetting ?? {}
  const unsupported = {
    'AdvancedSetting.RetryPolicySetting': RetryPolicySetting?.Enable,
    'AdvancedSetting.URLRewriteSetting': URLRewriteSetting?.Enable,
    'AdvancedSetting.MirrorPolicies': MirrorPolicies !== undefined && MirrorPolicies.length > 0,
    FallbackSetting: FallbackSetting?.Enable,
    [`Scene ${Scene}`]: Scene !== undefined && Scene !== '' && Scene !== 'Upstream',
    [`RouteType ${RouteType}`]: RouteType !== undefined && RouteType !== '',
    'UpstreamList.Version': settings.UpstreamList.some(({ Version }) => Version !== undefined && Version !== ''),
  }
  for (const [what, isUsed] of Object.entries(unsupported)) if (isUsed) throw notEmulated(what)
}

function isRegex(pattern: string): boolean {
  try {
    new RegExp(`^(?:${pattern})$`)
    return true
  } catch {
    return false
  }
}
