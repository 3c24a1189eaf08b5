import * as v from 'valibot'

// The schemas of faults, for FaultList. The message of a field says what value is expected. No message quotes a value.

export const textField = v.string('a text')

export const integerField = (from: number, to: number) => {
  const expected = `a whole number from ${from} to ${to}`
  return v.pipe(v.number(expected), v.integer(expected), v.minValue(from, expected), v.maxValue(to, expected))
}

const seconds = 'a number of seconds from 0 to 1000000000'
export const secondsField = v.pipe(v.number(seconds), v.minValue(0, seconds), v.maxValue(1e9, seconds))

/** The fields of every fault that affects a number of calls. Without `Times` it stays until it is removed. */
export const countFields = {
  /** How many matching calls it affects. */
  Times: v.optional(integerField(1, 1e9)),
  /** How many matching calls it lets through first, e.g. 2 to affect the third page of a list. */
  Skip: v.optional(integerField(0, 1e9)),
}

const scopeFields = {
  /** Only calls of this action; without it, calls of every action. FaultList knows the actions. */
  Action: v.optional(textField),
  ...countFields,
}
export type FaultScope = v.InferOutput<v.ObjectSchema<typeof scopeFields, undefined>>

/** A kind of fault with all its fields. */
export function faultKind<const K extends string, const F extends v.ObjectEntries>(kind: K, fields: F) {
  return v.strictObject({ Kind: v.literal(kind), ...fields }, ({ path }) => {
    const name = String(path?.[0]?.key)
    const missing = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (!missing) {
      // Valibot reports only the first one.
      const unknown = Object.keys(Object(path?.[0]?.input)).filter(
        (key) => key !== 'Kind' && !Object.hasOwn(fields, key),
      )
      const word = unknown.length === 1 ? 'field' : 'fields'
      return `${kind} has no ${word} ${unknown.join(', ')}; it may have ${Object.keys(fields).join(', ')}`
    }
    return `${kind} needs ${name}: ${v.safeParse(missing, undefined).issues?.[0].message}`
  })
}

/** A kind of fault that affects calls of actions, with its own fields. */
export const callFault = <const K extends string, const F extends v.ObjectEntries>(kind: K, fields: F) =>
  faultKind(kind, { ...scopeFields, ...fields })

const optionalText = v.optional(textField)
const status = integerField(200, 599)
const optionalStatus = v.optional(status)
const afterWork = v.optional(v.boolean('true or false'))
const retryAfterSeconds = v.optional(integerField(0, 86_400))

/**
 * Faults between client and service. One call takes at most one of them, the oldest that matches it, and a Delay as
 * well.
 *
 * - `Throttle`: 429 before any work. `Code` is FlowLimitExceeded unless given. `RetryAfterSeconds` becomes the header
 *   Retry-After.
 * - `Error`: any status with the error envelope, also 200. With `AfterWork` the work is done before the failure is
 *   sent.
 * - `Delay`: the work is done at once, the response is sent after `DelayMs`.
 * - `CutBefore`, `CutAfter`: the connection is closed without a response, before any work or after all of it.
 * - `Html`: a proxy's error page. The status is 502 unless given.
 * - `NotJson`: a response of type JSON whose body is `Body`, by default text that is not JSON. The status is 200 unless
 *   given.
 * - `Empty`: a response without a body. The status is 200 unless given.
 * - `Truncate`: the work is done, half of the real response is sent, and the connection is closed.
 */
const wireFaults = [
  callFault('Throttle', { Code: optionalText, Message: optionalText, RetryAfterSeconds: retryAfterSeconds }),
  callFault('Error', {
    Status: status,
    Code: textField,
    Message: optionalText,
    CodeN: v.optional(integerField(0, 1e9)),
    RetryAfterSeconds: retryAfterSeconds,
    AfterWork: afterWork,
  }),
  callFault('Delay', { DelayMs: integerField(0, 3_600_000) }),
  callFault('CutBefore', {}),
  callFault('CutAfter', {}),
  callFault('Html', { Status: optionalStatus, AfterWork: afterWork }),
  callFault('NotJson', { Status: optionalStatus, Body: optionalText, AfterWork: afterWork }),
  callFault('Empty', { Status: optionalStatus, AfterWork: afterWork }),
  callFault('Truncate', {}),
] as const
export type WireFault = v.InferOutput<(typeof wireFaults)[number]>

/**
 * Faults of the resources of every service.
 *
 * - `NoQuota`: a creation is refused as if the quota of the resource were used up.
 * - `HideNew`: for `Seconds`, lists do not show a new resource.
 */
const resourceFaults = [callFault('NoQuota', {}), callFault('HideNew', { Seconds: secondsField })] as const

/**
 * The schema of every fault of a service that can be scripted: those of the wire, those of its resources, and its own.
 * A call takes at most one of each kind. Only those of the wire need an `Action`: each other kind affects only the
 * actions that its description names.
 */
export function faultSchemaOf<const F extends readonly ReturnType<typeof faultKind>[]>(ownFaults: F) {
  const kinds = [...wireFaults, ...resourceFaults, ...ownFaults] as const
  const names = kinds.map(({ entries }) => entries.Kind.literal).join(', ')
  return v.variant('Kind', kinds, `a fault is an object like {"Kind":"Throttle","Times":2}; Kind is one of ${names}`)
}
