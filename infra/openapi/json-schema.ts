import { toJsonSchema } from '@valibot/to-json-schema'
import * as v from 'valibot'
import { patternOf } from './pattern.ts'

/** A schema of JSON Schema 2020-12, as OpenAPI 3.1 takes it. */
export type JsonSchema = { readonly [keyword: string]: unknown }

/** What a value has to be, as a caller sends it. */
export type Rule = {
  schema: JsonSchema
  /** The same in words, which complete the sentence "<Name> ..."; absent where the schema says it all. */
  words: string | undefined
  required: boolean
}

/**
 * The rule of one parameter, from the schema that checks it. A number that a query can only carry as text is a number here.
 * @param checked  what the schema checks by code of its own, as far as JSON Schema can say it
 * @throws {Error} for what JSON Schema cannot say; the message says what to do
 */
export function ruleOf(schema: v.GenericSchema, checked?: JsonSchema): Rule {
  const inner = innerOf(schema)
  const parts = 'pipe' in inner ? (inner.pipe as readonly Part[]) : [inner as Part]
  const isCode = parts.some(({ type }) => type === 'check' || type === 'custom')
  const isNumber = parts.some(({ type, operation }) => type === 'transform' && operation === Number)
  if (checked && (!isCode || isNumber)) throw new Error('has a `schema` beside it, though its own says everything')
  if (!checked && isCode && !isNumber)
    throw new Error('is checked by code: say in `schema` what JSON Schema can say of it')

  const isPlainText = parts.length === 1 && inner.type === 'string'
  const words = parts.map(({ message }) => message).findLast((message) => typeof message === 'string')
  const converted: JsonSchema = isNumber ? numberSchema(inner, parts) : (checked ?? convert(inner))
  const byDefault = v.getDefault(schema as v.OptionalSchema<v.GenericSchema, unknown>)
  return {
    schema: { ...converted, ...(byDefault !== undefined && { default: byDefault }) },
    words: 'enum' in converted || isPlainText ? undefined : words,
    required: inner === schema,
  }
}

/** A schema without code in JSON Schema. @throws {Error} for what JSON Schema cannot say */
export function convert(schema: v.GenericSchema): JsonSchema {
  const { $schema, ...converted } = toJsonSchema(schema, {
    target: 'draft-2020-12',
    typeMode: 'input',
    overrideAction: ({ valibotAction, jsonSchema }) =>
      valibotAction.type === 'regex'
        ? { ...jsonSchema, pattern: patternOf((valibotAction as unknown as { requirement: RegExp }).requirement) }
        : undefined,
  })
  const { type, ...rest } = converted
  return type === undefined ? rest : { type, ...rest }
}

type Part = { type: string; message?: unknown; operation?: unknown; requirement?: unknown }

function innerOf(schema: v.GenericSchema): v.GenericSchema {
  return /^(optional|nullish)$/.test(schema.type)
    ? (schema as v.OptionalSchema<v.GenericSchema, undefined>).wrapped
    : schema
}

/** The bounds stand in what the schema says to callers, or in its pattern; that they are right, the schema itself has to say. */
function numberSchema(schema: v.GenericSchema, parts: readonly Part[]): JsonSchema {
  const [minimum, maximum] = parts.flatMap(boundsOf)
  const isRight =
    minimum !== undefined &&
    maximum !== undefined &&
    [minimum, maximum].every((number) => v.is(schema, `${number}`)) &&
    [minimum - 1, maximum + 1].every((number) => !v.is(schema, `${number}`))
  if (!isRight)
    throw new Error('is a number whose least and most cannot be told: teach it to infra/openapi/json-schema.ts')
  return { type: 'integer', minimum, maximum }
}

function boundsOf({ type, message, requirement }: Part): number[] {
  const [, low, high] = /from (\d+) to (\d+)$/.exec(`${message}`) ?? []
  if (low && high) return [Number(low), Number(high)]
  const [, digits] = (type === 'regex' && /^\^\\d\{1,(\d+)\}\$$/.exec((requirement as RegExp).source)) || []
  return digits ? [0, 10 ** Number(digits) - 1] : []
}
