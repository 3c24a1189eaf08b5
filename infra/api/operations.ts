import type * as v from 'valibot'
import type { ActionDescription, EventDescription, ParameterDescription } from './action-description.ts'
import { type JsonSchema, type ParameterRule, parameterRule } from './json-schema.ts'
import { failureReferences, failuresOfAction, headerReferences, responsesOf } from './responses.ts'
import { refTo } from './results.ts'

type InputDescription = Pick<ActionDescription, 'input' | 'parameters' | 'together'>

type Parameter = ParameterRule & { name: string; description: string; own: ParameterDescription }

/** The two ways to call an action: with its parameters in the query, or in a JSON body. */
export function actionPath(name: string, action: ActionDescription): object {
  const { tag, summary, text, example, answer, isBare } = action
  const responses = responsesOf(name, answer, failuresOfAction(action.failures), isBare)
  const parameters = parametersOf(name, action)
  return {
    parameters: [{ $ref: '#/components/parameters/RequestId' }],
    get: {
      operationId: name,
      tags: [tag],
      summary,
      description: text,
      parameters: parameters.map(({ name, description, required, schema, own }) => ({
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
      description: 'The same, with the parameters in the body. Use it for secrets and long texts.',
      requestBody: {
        required: parameters.some(({ required }) => required),
        content: { 'application/json': { schema: refTo(`${name}Parameters`), example } },
      },
      responses,
    },
  }
}

/** The path to which events are sent. */
export function eventPath(name: string, { summary, text, examples, answer, failures }: EventDescription): object {
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
        description: 'For a CloudEvent in binary mode, which needs all four.',
        schema,
      })),
      requestBody: {
        required: true,
        content: Object.fromEntries(
          Object.entries(schemas).map(([type, schema]) => [type, { schema, examples: valuesOf(examples[type] ?? {}) }]),
        ),
      },
      responses: responsesOf(name, answer, failures),
    },
    options: handshake(name),
  }
}

/** The request of a sender that asks for permission to send events (CloudEvents, HTTP 1.1 Web Hooks for Event Delivery, 4). */
function handshake(name: string): object {
  const header = (description: string, schema: JsonSchema) => ({ description, schema })
  return {
    operationId: `${name}Handshake`,
    tags: ['Events'],
    summary: 'Ask for permission to send events',
    description:
      "The abuse protection of CloudEvents' web hooks. Without `WebHook-Request-Origin`, it needs no key and permits nothing.",
    parameters: [
      {
        name: 'WebHook-Request-Origin',
        in: 'header',
        ...header('The future sender: a DNS name or an origin.', { type: 'string', examples: ['events.example.com'] }),
      },
    ],
    responses: {
      204: {
        description: 'Allowed methods. If `WebHook-Allowed-Origin` is present, the sender may send events.',
        headers: {
          ...headerReferences('X-Request-ID', 'Allow'),
          'WebHook-Allowed-Origin': header('The value of `WebHook-Request-Origin`.', { type: 'string' }),
          'WebHook-Allowed-Rate': header('Requests a minute: no limit.', { const: '*' }),
        },
      },
      ...failureReferences(['BadEvent', 'Unauthorized', 'InternalError']),
    },
  }
}

/** The schema of a JSON body with the parameters of an action. */
export function parametersSchema(name: string, action: ActionDescription): JsonSchema {
  return { ...objectSchema(name, action), additionalProperties: false }
}

/** The schema of the data of an event. Other keys are ignored. */
export const dataSchema = (name: string, event: EventDescription): JsonSchema => objectSchema(name, event)

const ATTRIBUTES: Record<string, JsonSchema> = {
  specversion: { const: '1.0' },
  id: { type: 'string', minLength: 1, examples: ['e-1'] },
  source: { type: 'string', minLength: 1, examples: ['/planner'] },
  type: { type: 'string', minLength: 1, examples: ['task.finished'] },
}

/** The schema of a CloudEvent with this data (CloudEvents 1.0.2, JSON Event Format). */
export function cloudEventSchema(name: string): JsonSchema {
  return {
    type: 'object',
    description: 'A CloudEvent. Further attributes are ignored.',
    properties: {
      ...ATTRIBUTES,
      data: { description: 'The data, or a text that contains it.', anyOf: [refTo(`${name}Data`), { type: 'string' }] },
      data_base64: {
        type: 'string',
        contentEncoding: 'base64',
        description: 'The data in base64, instead of `data`.',
      },
    },
    required: Object.keys(ATTRIBUTES),
  }
}

function objectSchema(name: string, described: InputDescription): JsonSchema {
  const parameters = parametersOf(name, described)
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
    ...described.together,
  }
}

/** @throws {Error} for a parameter without a description, a description without a parameter, and an inexpressible rule */
function parametersOf(action: string, { input, parameters }: InputDescription): Parameter[] {
  const names = Object.keys(input.entries)
  const described = Object.keys(parameters)
  const missing = names.filter((name) => !described.includes(name))
  const gone = described.filter((name) => !names.includes(name))
  const file = `infra/api/actions/, \`parameters\` of ${action}`
  if (missing.length > 0)
    throw new Error(`${action} has parameters without a description: ${missing.join(', ')}. Add them in ${file}.`)
  if (gone.length > 0)
    throw new Error(`${action} has no parameters ${gone.join(', ')}: remove their descriptions in ${file}.`)
  return names.map((name) => {
    const own = parameters[name] ?? { text: '' }
    try {
      const rule = parameterRule(input.entries[name] as v.GenericSchema, own.schema)
      const description = rule.words ? `${own.text} ${sentence(rule.words)}` : own.text
      return { name, own, ...rule, description }
    } catch (error) {
      throw new Error(`${action}: ${name} ${(error as Error).message} (${file}).`)
    }
  })
}

const sentence = (words: string) => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`

const valuesOf = (examples: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }]))
