import * as v from 'valibot'
import { ActionError, invalidParameter, missingParameter, unknownParameter } from '../errors.ts'
import type { HttpRequest } from './http-request.ts'

/** The only version of the API. */
export const VERSION = '2020-04-01'

/** Size limit of a body, in bytes as sent. */
export const MAX_BODY_BYTES = 64 * 1024

/** The parameters of a request. None is empty; a parameter of the body may be any JSON value. */
export type Parameters = ReadonlyMap<string, unknown>

/**
 * Reads the parameters of the query and the JSON body.
 *
 * @param body  the body, parsed; undefined if it is empty
 * @throws {ActionError} `InvalidParameter.<Name>` for a parameter with different values in query and body, or for a list
 *   written in two ways
 */
export function readParameters({ query }: HttpRequest, body: unknown = {}): Parameters {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalidParameter('Body', 'must be a JSON object of parameters')
  }
  const inQuery = collect(Object.entries(query))
  const inBody = collect(Object.entries(body))
  for (const [name, value] of inBody) {
    const other = inQuery.get(name)
    if (other === undefined || other === (typeof value === 'number' ? `${value}` : value)) continue
    throw invalidParameter(name, 'must have the same value in the query and in the body')
  }
  return new Map([...inQuery, ...inBody])
}

/**
 * Checks that the request is for this action: the gateway, which routes by the query, may have chosen the wrong function.
 * @throws {ActionError} `MissingParameter.<Name>`, `InvalidActionOrVersion`
 */
export function checkAction({ query }: HttpRequest, action: string): void {
  for (const [name, expected] of Object.entries({ Action: action, Version: VERSION })) {
    const value = query[name]
    if (!value) throw missingParameter(name, ` in the query: ${name}=${expected}`)
    if (value !== expected) {
      throw new ActionError(
        404,
        'InvalidActionOrVersion',
        `This is ${action}, version ${VERSION}, and no other action.`,
      )
    }
  }
}

/**
 * Checks the parameters against the action's schema.
 * @throws {ActionError} `UnknownParameter.<Name>`, `MissingParameter.<Name>`, `InvalidParameter.<Name>`
 */
export function validate<Schema extends ObjectSchema>(schema: Schema, parameters: Parameters): v.InferOutput<Schema> {
  const input: Record<string, unknown> = {}
  for (const [name, value] of parameters) {
    if (name === 'Action' || name === 'Version') continue
    // valibot's strictObject accepts names such as __proto__ and toString.
    if (!Object.hasOwn(schema.entries, name)) throw unknownParameter(name, Object.keys(schema.entries))
    input[name] = value
  }
  const result = v.safeParse(schema, input)
  if (result.success) return result.output
  const issue = result.issues[0]
  const name = `${issue.path?.[0]?.key}`
  throw issue.received === 'undefined' ? missingParameter(name) : invalidParameter(name, issue.message)
}

/**
 * Checks the data of an event. Unlike the parameters of a request they are JSON values. Keys that a strictObject does not
 * know are refused; any other object schema ignores them.
 * @throws {ActionError} as `validate`
 */
export function validateData<Schema extends ObjectSchema>(
  schema: Schema,
  data: Readonly<Record<string, unknown>>,
): v.InferOutput<Schema> {
  const isStrict = schema.type === 'strict_object'
  const found = Object.entries(data).filter(([name]) => isStrict || Object.hasOwn(schema.entries, name))
  return validate(schema, new Map(found))
}

/** The schema of an action's parameters. */
export type ObjectSchema = v.GenericSchema & { readonly entries: v.ObjectEntries }

// A list may be a text with commas, numbered as in a query of ECS (SecurityGroupIds.1=a), or a JSON list. All become a text
// with commas.
function collect(given: readonly (readonly [string, unknown])[]): Map<string, unknown> {
  const parameters = new Map<string, unknown>()
  const counted: string[] = []
  for (const [name, value] of given) {
    const written = name === 'SecurityGroupIds' ? joined(value) : value
    if (written === '' || written === null) continue
    if (/^SecurityGroupIds\.[1-9]\d?$/.test(name)) counted.push(typeof written === 'string' ? written : '?')
    else parameters.set(name, written)
  }
  if (counted.length > 0) {
    if (parameters.has('SecurityGroupIds')) throw invalidParameter('SecurityGroupIds', 'must be written in one way')
    parameters.set('SecurityGroupIds', counted.join())
  }
  return parameters
}

function joined(value: unknown): unknown {
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value.join() : value
}
