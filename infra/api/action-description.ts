import type * as v from 'valibot'
import type { FailureName } from './failure-responses.ts'
import type { JsonSchema } from './json-schema.ts'

/** What the schema of a parameter does not say. */
export type ParameterDescription = {
  /** Its purpose, in one or two sentences. The rule of its schema is appended to them. */
  text: string
  example?: string | number | readonly string[]
  /** If code checks the value: what JSON Schema can say about it. It must accept everything that the code accepts. */
  schema?: JsonSchema
  /** If a JSON body accepts more than a query. */
  inBody?: JsonSchema
}

/** The schema of the parameters of an action, or of the data of an event. */
export type InputSchema = v.GenericSchema & { readonly entries: v.ObjectEntries }

type Description<ParameterName extends string> = {
  input: InputSchema
  /** In a few words, for a list. */
  summary: string
  /** What it does, and what a caller needs to know about it. CommonMark. */
  text: string
  /** One for each parameter. The compiler and the generator report a missing one, and one too many. */
  parameters: Readonly<Record<ParameterName, ParameterDescription>>
  /** Rules about several parameters, as JSON Schema. */
  together?: JsonSchema
  /** Its failures, in addition to COMMON_FAILURES. */
  failures: readonly FailureName[]
}

/** What the schemas of an action do not say. */
export type ActionDescription<ParameterName extends string = string> = Description<ParameterName> & {
  tag: 'Sandboxes' | 'Desktops'
  /** Parameters of a call that succeeds. */
  example: Readonly<Record<string, string | number>>
  /** The answer, without ResponseMetadata. */
  answer: SuccessDescription
  /** The answer has no envelope: no ResponseMetadata. */
  isBare?: true
}

/** The answer to a call that succeeds. */
export type SuccessDescription = {
  properties: Readonly<Record<string, JsonSchema>>
  /** The properties that are always present. */
  required: readonly string[]
  /** Answers, each with a name of a few words. */
  examples: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/** What the schema of a function's events does not say. */
export type EventDescription<ParameterName extends string = string> = Description<ParameterName> & {
  path: string
  answer: SuccessDescription
  /** Bodies by media type, each with a name of a few words. */
  examples: Readonly<Record<string, Readonly<Record<string, object>>>>
}

type NameIn<Schema extends InputSchema> = keyof Schema['entries'] & string

/** Checks that exactly the parameters of the schema are described. */
export function describeAction<Schema extends InputSchema>(
  description: ActionDescription<NameIn<Schema>> & { input: Schema },
): ActionDescription {
  return description
}

/** Checks that exactly the keys of the schema are described. */
export function describeEvent<Schema extends InputSchema>(
  description: EventDescription<NameIn<Schema>> & { input: Schema },
): EventDescription {
  return description
}
