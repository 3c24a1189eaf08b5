import { describeInput, type JsonSchema } from '../../shared/handler/json-schema.ts'
import type { ActionDescription, EventDescription } from './action-description.ts'
import { namedExamples } from './examples.ts'
import { failureReferences, failuresOfAction, headerReferences, responsesOf } from './responses.ts'
import { refTo } from './results.ts'

const REQUEST_ID = { $ref: '#/components/parameters/RequestId' }

/** The two ways to call an action: with its parameters in a JSON body, or in the query. */
export function actionPath(name: string, action: ActionDescription): object {
  const { tag, summary, text, requests, answer, isBare } = action
  const responses = responsesOf(name, answer, failuresOfAction(action.failures), isBare)
  const { properties, required = [] } = describeInput(action.input)
  return {
    post: {
      operationId: name,
      tags: [tag],
      summary,
      description: text,
      parameters: [REQUEST_ID],
      requestBody: {
        required: required.length > 0,
        content: { 'application/json': { schema: refTo(`${name}Parameters`), examples: namedExamples(requests) } },
      },
      responses,
    },
    get: {
      operationId: `${name}ByGet`,
      tags: [tag],
      summary,
      description: 'The same call, with the parameters in the query. Servers log URLs: send secrets with POST.',
      parameters: [
        ...Object.entries(properties).map(([name, { description, ...schema }]) => ({
          name,
          in: 'query',
          description,
          ...(required.includes(name) && { required: true }),
          schema: inQuery(schema),
        })),
        REQUEST_ID,
      ],
      responses,
    },
  }
}

/** A query has a list as text. */
function inQuery({ items, minItems, maxItems, pattern, ...schema }: JsonSchema): JsonSchema {
  const type = items ? 'string' : schema.type
  // Swagger UI reads a pattern without the flag u, and refuses what does not match.
  const isPortable = typeof pattern === 'string' && !pattern.includes('\\p{')
  return { ...schema, type, ...(isPortable && { pattern }) }
}

/** The path to which events are sent. */
export function eventPath(name: string, { summary, text, requests, answer, failures }: EventDescription): object {
  const schemas: Record<string, JsonSchema> = {
    'application/cloudevents+json': refTo(`${name}Event`),
    'application/cloudevents-batch+json': { type: 'array', items: refTo(`${name}Event`) },
    'application/json': refTo(`${name}Data`),
  }
  return {
    post: {
      operationId: name,
      tags: ['Events'],
      summary,
      description: text,
      parameters: [
        ...Object.entries(ATTRIBUTES).map(([attribute, schema]) => ({
          name: `ce-${attribute}`,
          in: 'header',
          description: 'For a CloudEvent in binary mode, which needs all four.',
          schema,
        })),
        REQUEST_ID,
      ],
      requestBody: {
        required: true,
        content: Object.fromEntries(
          Object.entries(schemas).map(([type, schema]) => [
            type,
            { schema, examples: namedExamples(requests[type] ?? {}) },
          ]),
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
      REQUEST_ID,
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
