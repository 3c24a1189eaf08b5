import type * as v from 'valibot'
import type { JsonSchema } from './json-schema.ts'
import type { RefusalName } from './refusals.ts'

/** What the schema of a parameter cannot say. */
export type ParameterWords = {
  /** What it is for, in one or two sentences. The rule of its schema is added to them. */
  text: string
  example?: string | number | readonly string[]
  /** Where the schema checks by code: what JSON Schema can say of it. It must refuse nothing that the code takes. */
  schema?: JsonSchema
  /** Where a JSON body takes more than a query does. */
  inBody?: JsonSchema
}

/** The schema of an action's parameters, or of an event's data. */
export type Input = v.GenericSchema & { readonly entries: v.ObjectEntries }

type Words<I extends Input> = {
  input: I
  /** In a few words, for a list. */
  summary: string
  /** What it does, and what a caller has to know of it. CommonMark. */
  text: string
  /** One for each parameter: the compiler and the generator tell of one that is missing, or of one too many. */
  parameters: Record<keyof I['entries'], ParameterWords>
  /** What the parameters are together, in the words of JSON Schema. */
  together?: JsonSchema
  /** What it is refused with, beside EVERY_REFUSAL. */
  refusals: readonly RefusalName[]
}

/** What the schemas of an action cannot say. */
export type ActionWords<I extends Input = Input> = Words<I> & {
  tag: 'Sandboxes' | 'Desktops'
  /** Parameters of a call that works. */
  example: Readonly<Record<string, string | number>>
  /** What stands in the answer beside ResponseMetadata. */
  answer: Answer
  /** The answer is `answer` alone, without the envelope. */
  isBare?: true
}

export type Answer = {
  properties: Readonly<Record<string, JsonSchema>>
  /** Those of the properties that are always there. */
  required: readonly string[]
  /** Answers, each with a name in a few words. */
  examples: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/** What the schema of a function's events cannot say. */
export type EventWords<I extends Input = Input> = Words<I> & {
  path: string
  answer: Answer
  /** Bodies by media type, each with a name in a few words. */
  examples: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/** @see ActionWords */
export const actionWords = <I extends Input>(words: ActionWords<I>): ActionWords => words as unknown as ActionWords

/** @see EventWords */
export const eventWords = <I extends Input>(words: EventWords<I>): EventWords => words as unknown as EventWords
