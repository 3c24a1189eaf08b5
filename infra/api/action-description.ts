import type { InputSchema, JsonSchema } from '../../shared/handler/json-schema.ts'
import type { FailureName } from './failure-responses.ts'

type Description = {
  /** The parameters of an action, or the data of an event. The schema has their descriptions. */
  input: InputSchema
  /** In a few words, for a list. */
  summary: string
  /** What it does, and what a caller needs to know about it. CommonMark. */
  text: string
  answer: SuccessDescription
  /** Its failures, in addition to COMMON_FAILURES. */
  failures: readonly FailureName[]
}

/** What the schema of an action does not say. */
export type ActionDescription = Description & {
  tag: 'Sandboxes' | 'Desktops'
  /** Parameters of calls that succeed. */
  requests: Examples
  /** The answer has no envelope: no ResponseMetadata. */
  isBare?: true
}

/** What the schema of a function's events does not say. */
export type EventDescription = Description & {
  path: string
  /** Bodies by media type. */
  requests: Readonly<Record<string, Examples>>
}

/** Values, each with a name of a few words. */
export type Examples = Readonly<Record<string, unknown>>

/** The answer to a call that succeeds, without ResponseMetadata. */
export type SuccessDescription = {
  properties: Readonly<Record<string, JsonSchema>>
  /** The properties that are always present. */
  required: readonly string[]
  examples: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}
