import { type JsonSchema, type Rule, ruleOf } from './json-schema.ts'
import { headersOf, refusalResponses, refusalsOfAction, responsesOf } from './responses.ts'
import { refTo } from './results.ts'
import type { ActionWords, EventWords, Input, ParameterWords } from './words.ts'

type Described = Pick<ActionWords<Input>, 'input' | 'parameters' | 'together'>

type Parameter = Rule & { name: string; description: string; own: ParameterWords }

/** The two ways to call an action: its parameters in the query, or in a JSON body. */
export function actionPath(name: string, words: ActionWords): object {
  const { tag, summary, text, example, answer, isBare } = words
  const responses = responsesOf(name, answer, refusalsOfAction(words.refusals), isBare)
  return {
    parameters: [{ $ref: '#/components/parameters/RequestId' }],
    get: {
      operationId: name,
      tags: [tag],
      summary,
      description: text,
      parameters: parametersOf(name, words).map(({ name, description, required, schema, own }) => ({
        name,
        in: 'query',
        description,
        ...(required && { required }),
        schema,
        ...(own.example !== undefined && { example: own.example }),
      })),
      responses,
    },
    post: {
      operationId: `${name}ByPost`,
      tags: [tag],
      summary: `${summary}, with a JSON body`,
      description: 'The same with the parameters in the body, where a secret or a long text belongs.',
      requestBody: {
        required: parametersOf(name, words).some(({ required }) => required),
        content: { 'application/json': { schema: refTo(`${name}Parameters`), example } },
      },
      responses,
    },
  }
}

/** How an event is sent. */
export function eventPath(name: string, { summary, text, examples, answer, refusals }: EventWords): object {
  const schemas: Record<string, JsonSchema> = {
    'application/cloudevents+json': refTo(`${name}Event`),
    'application/cloudevents-batch+json': { type: 'array', items: refTo(`${name}Event`) },
    'application/json': refTo(`${name}Data`),
  }
  return {
    parameters: [{ $ref: '#/components/parameters/RequestId' }],
    post: {
      operationId: name,
      tags: ['Events'],
      summary,
      description: text,
      parameters: Object.entries(ATTRIBUTES).map(([attribute, schema]) => ({
        name: `ce-${attribute}`,
        in: 'header',
        description: 'Of a CloudEvent in binary mode, which needs all four of them.',
        schema,
      })),
      requestBody: {
        required: true,
        content: Object.fromEntries(
          Object.entries(schemas).map(([type, schema]) => [type, { schema, examples: valuesOf(examples[type] ?? {}) }]),
        ),
      },
      responses: responsesOf(name, answer, refusals),
    },
    options: handshake(name),
  }
}

/** How a sender asks whether it may send events (CloudEvents, HTTP 1.1 Web Hooks for Event Delivery, 4). */
function handshake(name: string): object {
  const header = (description: string, schema: JsonSchema) => ({ description, schema })
  return {
    operationId: `${name}Handshake`,
    tags: ['Events'],
    summary: 'Ask for permission to send events',
    description:
      "The abuse protection of CloudEvents' web hooks. Without `WebHook-Request-Origin` it needs no key, and permits nothing.",
    parameters: [
      {
        name: 'WebHook-Request-Origin',
        in: 'header',
        ...header('Who will send: a DNS name, or an origin.', { type: 'string', examples: ['events.example.com'] }),
      },
    ],
    responses: {
      204: {
        description: 'Allowed methods. Events may be sent if `WebHook-Allowed-Origin` is there.',
        headers: {
          ...headersOf('X-Request-ID', 'Allow'),
          'WebHook-Allowed-Origin': header('The value of `WebHook-Request-Origin`.', { type: 'string' }),
          'WebHook-Allowed-Rate': header('Requests a minute: no limit.', { const: '*' }),
        },
      },
      ...refusalResponses(['BadEvent', 'Unauthorized', 'InternalError']),
    },
  }
}

/** The parameters of an action as the object that a JSON body is. */
export function parametersSchema(name: string, words: ActionWords): JsonSchema {
  return { ...objectOf(name, words), additionalProperties: false }
}

/** The data of an event. Other keys are left alone. */
export const dataSchema = (name: string, words: EventWords): JsonSchema => objectOf(name, words)

const ATTRIBUTES: Record<string, JsonSchema> = {
  specversion: { const: '1.0' },
  id: { type: 'string', minLength: 1, examples: ['e-1'] },
  source: { type: 'string', minLength: 1, examples: ['/planner'] },
  type: { type: 'string', minLength: 1, examples: ['task.finished'] },
}

/** A CloudEvent with such data (CloudEvents 1.0.2, JSON Event Format). */
export function cloudEventSchema(name: string): JsonSchema {
  return {
    type: 'object',
    description: 'A CloudEvent. Further attributes are left alone.',
    properties: {
      ...ATTRIBUTES,
      data: { description: 'The data, or a text that holds it.', anyOf: [refTo(`${name}Data`), { type: 'string' }] },
      data_base64: {
        type: 'string',
        contentEncoding: 'base64',
        description: 'The data in base64, in place of `data`.',
      },
    },
    required: Object.keys(ATTRIBUTES),
  }
}

function objectOf(name: string, words: Described): JsonSchema {
  const parameters = parametersOf(name, words)
  const required = parameters.filter((parameter) => parameter.required).map(({ name }) => name)
  return {
    type: 'object',
    properties: Object.fromEntries(
      parameters.map(({ name, description, schema, own: { inBody, example } }) => [
        name,
        { ...schema, ...inBody, description, ...(example !== undefined && { examples: [example] }) },
      ]),
    ),
    ...(required.length > 0 && { required }),
    ...words.together,
  }
}

/** @throws {Error} for a parameter without words, words without a parameter, and a rule that cannot be told */
function parametersOf(action: string, { input, parameters }: Described): Parameter[] {
  const names = Object.keys(input.entries)
  const known = Object.keys(parameters)
  const missing = names.filter((name) => !known.includes(name))
  const gone = known.filter((name) => !names.includes(name))
  const file = `infra/openapi/actions/, \`parameters\` of ${action}`
  if (missing.length > 0)
    throw new Error(`${action} has parameters without words: ${missing.join(', ')}. Add them in ${file}.`)
  if (gone.length > 0)
    throw new Error(`${action} has no parameters ${gone.join(', ')} any more: remove them in ${file}.`)
  return Object.entries(input.entries).map(([name, schema]) => {
    const own = parameters[name] ?? { text: '' }
    try {
      const rule = ruleOf(schema as Input, own.schema)
      return { name, own, ...rule, description: [own.text, sentence(rule.words)].filter(Boolean).join(' ') }
    } catch (error) {
      throw new Error(`${action}: ${name} ${(error as Error).message} (${file}).`)
    }
  })
}

const sentence = (words = '') => words && `${words.charAt(0).toUpperCase()}${words.slice(1)}.`

const valuesOf = (examples: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }]))
