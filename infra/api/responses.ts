import type { JsonSchema } from '../../shared/handler/json-schema.ts'
import { VERSION } from '../../shared/handler/parameters.ts'
import type { SuccessDescription } from './action-description.ts'
import { namedExamples, REQUEST_ID } from './examples.ts'
import {
  ACTION_FAILURES,
  COMMON_FAILURES,
  type CodeDescription,
  FAILURE_RESPONSES,
  type FailureName,
  type FailureResponse,
} from './failure-responses.ts'
import { refTo } from './results.ts'

const metadata = (Action: string) => ({
  RequestId: REQUEST_ID,
  Action,
  Version: VERSION,
  Service: 'ecs',
  Region: 'cn-beijing',
})

/** The responses of an operation by status: its success and its failures. */
export function responsesOf(
  name: string,
  answer: SuccessDescription,
  failures: readonly FailureName[],
  isBare = false,
): object {
  return { 200: success(name, answer, isBare), ...failureReferences([...COMMON_FAILURES, ...failures]) }
}

/** References to the responses of failures, by status. */
export function failureReferences(failures: readonly FailureName[]): object {
  return Object.fromEntries(
    failures.map((name) => [FAILURE_RESPONSES[name].status, { $ref: `#/components/responses/${name}` }]),
  )
}

/** The failures of an action: its own, and those of every action. */
export const failuresOfAction = (own: readonly FailureName[]) => [...ACTION_FAILURES, ...own]

function success(name: string, { examples }: SuccessDescription, isBare: boolean): object {
  const values = Object.entries(examples).map(([title, value]): [string, unknown] => [
    title,
    isBare ? value : { ResponseMetadata: metadata(name), ...value },
  ])
  return {
    description: 'Success.',
    headers: headersWith(),
    content: {
      'application/json': { schema: refTo(`${name}Answer`), examples: namedExamples(Object.fromEntries(values)) },
    },
  }
}

/** The schema of a success. */
export function successSchema({ properties, required }: SuccessDescription, isBare = false): JsonSchema {
  return {
    type: 'object',
    properties: isBare ? properties : { ResponseMetadata: refTo('ResponseMetadata'), ...properties },
    required: isBare ? required : ['ResponseMetadata', ...required],
    additionalProperties: false,
  }
}

/** All responses of failures by name, which the operations refer to. */
export function failureResponses(): object {
  return Object.fromEntries(
    Object.entries<FailureResponse>(FAILURE_RESPONSES).map(([name, response]) => [name, failure(response)]),
  )
}

function failure({ text, codes, exampleAction, headers = [], isFromPlatform }: FailureResponse): object {
  const examples = Object.entries(codes).map(([name, code]) => [
    name,
    { summary: code.when, value: isFromPlatform ? platformExample(name, code) : example(exampleAction, name, code) },
  ])
  const schema = refTo(isFromPlatform ? 'PlatformFailure' : 'Failure')
  return {
    description: text,
    headers: isFromPlatform ? {} : headersWith(...headers),
    content: { 'application/json': { schema, examples: Object.fromEntries(examples) } },
  }
}

function platformExample(error_code: string, { message: error_message }: CodeDescription): object {
  return { error_code, error_message }
}

function example(Action: string, name: string, { code = name, message }: CodeDescription): object {
  return { ResponseMetadata: { ...metadata(Action), Error: { Code: code, Message: message } } }
}

const headersWith = (...names: string[]) => headerReferences('X-Request-ID', ...names)

/** References to headers of responses. */
export const headerReferences = (...names: string[]): object =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))
