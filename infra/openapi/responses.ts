import { VERSION } from '../../shared/handler/parameters.ts'
import { REQUEST_ID } from './examples.ts'
import type { JsonSchema } from './json-schema.ts'
import {
  type CodeWords,
  EVERY_ACTION_REFUSAL,
  EVERY_REFUSAL,
  REFUSALS,
  type Refusal,
  type RefusalName,
} from './refusals.ts'
import { refTo } from './results.ts'
import type { Answer } from './words.ts'

const metadata = (Action: string) => ({
  RequestId: REQUEST_ID,
  Action,
  Version: VERSION,
  Service: 'ecs',
  Region: 'cn-beijing',
})

/** The responses of an operation by status: its success, and what it may be refused with. */
export function responsesOf(name: string, answer: Answer, refusals: readonly RefusalName[], isBare = false): object {
  const all: readonly RefusalName[] = [...EVERY_REFUSAL, ...refusals]
  return { 200: success(name, answer, isBare), ...refusalResponses(all) }
}

/** References to responses of failure, by status. */
export function refusalResponses(refusals: readonly RefusalName[]): object {
  return Object.fromEntries(
    refusals.map((refusal) => [REFUSALS[refusal].status, { $ref: `#/components/responses/${refusal}` }]),
  )
}

/** What an action may be refused with in all. */
export const refusalsOfAction = (own: readonly RefusalName[]) => [...EVERY_ACTION_REFUSAL, ...own]

function success(name: string, { examples }: Answer, isBare: boolean): object {
  const values = Object.entries(examples).map(([summary, value]): [string, unknown] => [
    summary,
    { value: isBare ? value : { ResponseMetadata: metadata(name), ...value } },
  ])
  return {
    description: 'Success.',
    headers: headers(),
    content: { 'application/json': { schema: refTo(`${name}Answer`), examples: Object.fromEntries(values) } },
  }
}

/** The schema of a success. */
export function answerSchema({ properties, required }: Answer, isBare = false): JsonSchema {
  return {
    type: 'object',
    properties: isBare ? properties : { ResponseMetadata: refTo('ResponseMetadata'), ...properties },
    required: isBare ? required : ['ResponseMetadata', ...required],
    additionalProperties: false,
  }
}

/** Every response of failure, by name, for operations to refer to. */
export function failures(): object {
  return Object.fromEntries(Object.entries<Refusal>(REFUSALS).map(([name, refusal]) => [name, failure(refusal)]))
}

function failure({ text, codes, of, headers: own = [], isOfPlatform }: Refusal): object {
  const examples = Object.entries(codes).map(([name, words]) => [
    name,
    { summary: words.when, value: isOfPlatform ? platformExample(name, words) : example(of, name, words) },
  ])
  const schema = refTo(isOfPlatform ? 'PlatformFailure' : 'Failure')
  return {
    description: text,
    headers: isOfPlatform ? {} : headers(...own),
    content: { 'application/json': { schema, examples: Object.fromEntries(examples) } },
  }
}

function platformExample(error_code: string, { message: error_message }: CodeWords): object {
  return { error_code, error_message }
}

function example(Action: string, name: string, { code = name, message }: CodeWords): object {
  return { ResponseMetadata: { ...metadata(Action), Error: { Code: code, Message: message } } }
}

const headers = (...own: string[]) => headersOf('X-Request-ID', ...own)

/** References to headers of responses. */
export const headersOf = (...names: string[]): object =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))
