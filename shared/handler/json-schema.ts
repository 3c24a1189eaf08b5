import { toJsonSchema } from '@valibot/to-json-schema'
import * as v from 'valibot'

/** A schema of JSON Schema 2020-12, as in OpenAPI 3.1. */
export type JsonSchema = { readonly [keyword: string]: unknown }

/** The schema of the parameters of an action, of the data of an event, or of what a tool takes and returns. */
export type InputSchema = v.GenericSchema & { readonly entries: v.ObjectEntries }

/** The JSON Schema of an input, from the point of view of the caller. */
export type InputDescription = JsonSchema & {
  readonly properties: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
}

export function describeInput(input: InputSchema): InputDescription {
  const entries = Object.entries(input.entries) as [string, v.GenericSchema][]
  const required = entries.filter(([, entry]) => !isOptional(entry)).map(([name]) => name)
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, entry]) => [name, describeParameter(entry)])),
    ...(required.length > 0 && { required }),
    ...v.getMetadata(input),
  }
}

function describeParameter(entry: v.GenericSchema): JsonSchema {
  const schema = isOptional(entry) ? entry.wrapped : entry
  // What code checks has no equivalent in JSON Schema. Its metadata describes it. `anyOf` is a number or its text.
  const { $schema, anyOf, ...converted } = toJsonSchema(schema, {
    target: 'draft-2020-12',
    typeMode: 'input',
    errorMode: 'ignore',
  })
  const { description, ...keywords } = v.getMetadata(schema)
  const defaultValue = v.getDefault(entry as v.OptionalSchema<v.GenericSchema, unknown>)
  return {
    ...converted,
    ...keywords,
    ...(defaultValue !== undefined && { default: defaultValue }),
    description: [description, ruleOf(schema)].filter(Boolean).join(' '),
  }
}

function isOptional(entry: v.GenericSchema): entry is v.OptionalSchema<v.GenericSchema, unknown> {
  return entry.type === 'optional' || entry.type === 'nullish'
}

/** The message of a check, as a sentence. */
function ruleOf(schema: v.GenericSchema): string | undefined {
  const messages = flatten(schema).flatMap((item) =>
    'message' in item && item.kind === 'validation' ? item.message : [],
  )
  const message = messages.find((message) => typeof message === 'string')
  return message && `${message.charAt(0).toUpperCase()}${message.slice(1)}.`
}

type PipeItem = v.GenericSchema | v.GenericPipeItem

function flatten(item: PipeItem): PipeItem[] {
  return 'pipe' in item ? (item.pipe as PipeItem[]).flatMap(flatten) : [item]
}
