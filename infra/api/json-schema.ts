import { toJsonSchema } from '@valibot/to-json-schema'
import * as v from 'valibot'
import { patternOf } from './pattern.ts'

/** A schema of JSON Schema 2020-12, as in OpenAPI 3.1. */
export type JsonSchema = { readonly [keyword: string]: unknown }

/** The rule for one parameter, from the point of view of the caller. */
export type ParameterRule = {
  schema: JsonSchema
  /** The rule in words, which complete the sentence "<Name> ..."; undefined if the schema says everything. */
  words: string | undefined
  required: boolean
}

/**
 * The rule of one parameter, from the schema that checks it. A number, which a query can only carry as text, is a number
 * here.
 * @param checked  if code checks the value: what JSON Schema can say about it
 * @throws {Error} if JSON Schema cannot express the schema; the message says what to do
 */
export function parameterRule(schema: v.GenericSchema, checked?: JsonSchema): ParameterRule {
  const inner = unwrap(schema)
  const parts = 'pipe' in inner ? (inner.pipe as readonly Part[]) : [inner as Part]
  const isCode = parts.some(({ type }) => type === 'check' || type === 'custom')
  const isNumber = parts.some(({ type, operation }) => type === 'transform' && operation === Number)
  if (checked && (!isCode || isNumber)) throw new Error('needs no `schema`: its own schema says everything')
  if (!checked && isCode && !isNumber)
    throw new Error('is checked by code: describe it in `schema` as far as JSON Schema can')

  const isPlainText = parts.length === 1 && inner.type === 'string'
  const words = parts.map(({ message }) => message).findLast((message) => typeof message === 'string')
  const converted: JsonSchema = isNumber ? numberSchema(inner, parts) : (checked ?? convert(inner))
  const defaultValue = v.getDefault(schema as v.OptionalSchema<v.GenericSchema, unknown>)
  return {
    schema: { ...converted, ...(defaultValue !== undefined && { default: defaultValue }) },
    words: 'enum' in converted || isPlainText ? undefined : words,
    required: inner === schema,
  }
}

/** Converts a schema without code to JSON Schema. @throws {Error} if JSON Schema cannot express it */
export function convert(schema: v.GenericSchema): JsonSchema {
  const { $schema, ...converted } = toJsonSchema(schema, {
    target: 'draft-2020-12',
    typeMode: 'input',
    overrideAction: ({ valibotAction, jsonSchema }) =>
      'requirement' in valibotAction && valibotAction.requirement instanceof RegExp
        ? { ...jsonSchema, pattern: patternOf(valibotAction.requirement) }
        : undefined,
  })
  const { type, ...rest } = converted
  return type === undefined ? rest : { type, ...rest }
}

type Part = { type: string; message?: unknown; operation?: unknown; requirement?: unknown }

function unwrap(schema: v.GenericSchema): v.GenericSchema {
  return /^(optional|nullish)$/.test(schema.type)
    ? (schema as v.OptionalSchema<v.GenericSchema, undefined>).wrapped
    : schema
}

/** The bounds come from the message or the pattern of the schema. They are tried on the schema itself. */
function numberSchema(schema: v.GenericSchema, parts: readonly Part[]): JsonSchema {
  const [minimum, maximum] = parts.flatMap(boundsIn)
  const areRight =
    minimum !== undefined &&
    maximum !== undefined &&
    [minimum, maximum].every((number) => v.is(schema, `${number}`)) &&
    [minimum - 1, maximum + 1].every((number) => !v.is(schema, `${number}`))
  if (!areRight) throw new Error('is a number whose bounds cannot be found: extend infra/api/json-schema.ts')
  return { type: 'integer', minimum, maximum }
}

function boundsIn({ type, message, requirement }: Part): number[] {
  const [, low, high] = /from (\d+) to (\d+)$/.exec(`${message}`) ?? []
  if (low && high) return [Number(low), Number(high)]
  if (type !== 'regex') return []
  const [, digits] = /^\^\\d\{1,(\d+)\}\$$/.exec((requirement as RegExp).source) ?? []
  return digits ? [0, 10 ** Number(digits) - 1] : []
}
