/** What every fault rule may say. A rule without `Times` stays until it is removed. */
export interface FaultScope {
  /** Only calls of this action; without it, calls of every action. */
  Action?: string
  /** How many matching calls it affects, 1 or more. */
  Times?: number
  /** How many matching calls it lets through first, e.g. 2 to affect the third page of a list. */
  Skip?: number
}

/**
 * Faults between client and service. A call takes at most one of them, the oldest rule that matches it, and
 * beside it a Delay.
 *
 * - `Throttle`: 429 before any work; `Code` is FlowLimitExceeded unless given; `RetryAfterSeconds` becomes the header Retry-After.
 * - `Error`: any status with the error envelope (also 200 with an error in it); `AfterWork` does the work first and then reports failure.
 * - `Delay`: the work is done at once, the answer waits `DelayMs`.
 * - `CutBefore`, `CutAfter`: the connection is closed without an answer, before any work or after all of it.
 * - `Html`: a proxy's error page; status 502 unless given.
 * - `NotJson`: status 200 unless given, announced as JSON, but the body is `Body` (default: text that is not JSON).
 * - `Empty`: status 200 unless given, and no body at all.
 * - `Truncate`: the work is done, and half of the real answer sent before the connection closes.
 */
export type WireFault = FaultScope &
  (
    | { Kind: 'Throttle'; Code?: string; Message?: string; RetryAfterSeconds?: number }
    | {
        Kind: 'Error'
        Status: number
        Code: string
        Message?: string
        CodeN?: number
        RetryAfterSeconds?: number
        AfterWork?: boolean
      }
    | { Kind: 'Delay'; DelayMs: number }
    | { Kind: 'CutBefore' }
    | { Kind: 'CutAfter' }
    | { Kind: 'Html'; Status?: number; AfterWork?: boolean }
    | { Kind: 'NotJson'; Status?: number; Body?: string; AfterWork?: boolean }
    | { Kind: 'Empty'; Status?: number; AfterWork?: boolean }
    | { Kind: 'Truncate' }
  )

/** The value a field must have, in words, and the test for it. */
export interface FieldRule {
  is: string
  test: (value: unknown) => boolean
  required?: boolean
  /** The field is not allowed: `is` says why. */
  isAbsent?: boolean
}

type KindOf<F> = F extends { Kind: infer K extends string } ? K : never
type FieldsOf<F, K> = F extends { Kind: K } ? Exclude<keyof F, 'Kind' | keyof FaultScope> : never

/**
 * For each kind of fault, the rule for each of its own fields: the compiler holds it to the type above. A kind may also have
 * a stricter rule for a field of FaultScope.
 */
export type FaultRules<F> = {
  [K in KindOf<F>]: Record<FieldsOf<F, K>, FieldRule> & Partial<Record<keyof FaultScope, FieldRule>>
}

export const text: FieldRule = { is: 'a text', test: (value) => typeof value === 'string' }
const yesOrNo: FieldRule = { is: 'true or false', test: (value) => typeof value === 'boolean' }
export const wholeNumber = (from: number, to: number): FieldRule => ({
  is: `a whole number from ${from} to ${to}`,
  test: (value) => Number.isInteger(value) && (value as number) >= from && (value as number) <= to,
})
export const seconds: FieldRule = {
  is: 'a number of seconds from 0 to 1000000000',
  test: (value) => typeof value === 'number' && value >= 0 && value <= 1e9,
}
export const leftOut = (why: string): FieldRule => ({ is: `left out: ${why}`, test: () => false, isAbsent: true })
export const required = (rule: FieldRule): FieldRule => ({ ...rule, required: true })

const status = wholeNumber(200, 599)

export const wireFaultRules: FaultRules<WireFault> = {
  Throttle: { Code: text, Message: text, RetryAfterSeconds: wholeNumber(0, 86_400) },
  Error: {
    Status: required(status),
    Code: required(text),
    Message: text,
    CodeN: wholeNumber(0, 1e9),
    RetryAfterSeconds: wholeNumber(0, 86_400),
    AfterWork: yesOrNo,
  },
  Delay: { DelayMs: required(wholeNumber(0, 3_600_000)) },
  CutBefore: {},
  CutAfter: {},
  Html: { Status: status, AfterWork: yesOrNo },
  NotJson: { Status: status, Body: text, AfterWork: yesOrNo },
  Empty: { Status: status, AfterWork: yesOrNo },
  Truncate: {},
}
