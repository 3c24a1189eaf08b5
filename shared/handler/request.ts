import * as v from 'valibot'
import { ActionError, invalidParameter, missingParameter, unknownParameter } from '../errors.ts'
import type { HttpRequest } from './http-request.ts'

/** The version of the API, and the only one. */
export const VERSION = '2020-04-01'

/** Largest body, in bytes as sent. */
export const MAX_BODY_BYTES = 64 * 1024

/** The parameters of a request, each a text that is not empty or a number of the body. */
export type Parameters = ReadonlyMap<string, string | number>

/**
 * The parameters of query and JSON body together.
 *
 * @param body  the body, parsed; undefined when there is none
 * @throws {ActionError} `InvalidParameter.<Name>` for one given in both with different values, or of a shape that no
 *   parameter has
 */
export function readParameters({ query }: HttpRequest, body: unknown = {}): Parameters {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalidParameter('Body', 'must be a JSON object of parameters')
  }
  const inQuery = collect(Object.entries(query))
  const inBody = collect(Object.entries(body).map(([name, value]) => [name, toParameter(name, value)]))
  for (const [name, value] of inBody) {
    if (`${inQuery.get(name) ?? value}` === `${value}`) continue
    throw invalidParameter(name, 'is another in the query than in the body')
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
  const input: Record<string, string | number> = {}
  for (const [name, value] of parameters) {
    if (name === 'Action' || name === 'Version') continue
    // valibot's own strictObject takes __proto__, toString and the like for known.
    if (!Object.hasOwn(schema.entries, name)) throw unknownParameter(name, Object.keys(schema.entries))
    input[name] = value
  }
  const result = v.safeParse(schema, input)
  if (result.success) return result.output
  const issue = result.issues[0]
  const name = `${issue.path?.[0]?.key}`
  throw issue.received === 'undefined' ? missingParameter(name) : invalidParameter(name, issue.message)
}

/** The schema of an action's parameters. */
export type ObjectSchema = v.GenericSchema & { readonly entries: v.ObjectEntries }

// SecurityGroupIds.1=a is ECS's way to write a list in a query; here all ways become one text, joined with commas.
function collect(found: readonly (readonly [string, string | number])[]): Map<string, string | number> {
  const parameters = new Map<string, string | number>()
  for (const [name, value] of found) {
    if (value === '') continue
    const key = name.replace(/^(SecurityGroupIds)\.[1-9]\d?$/, '$1')
    parameters.set(key, parameters.has(key) ? `${parameters.get(key)},${value}` : value)
  }
  return parameters
}

// A number stays one, for the schema to refuse where a text is asked for: JSON.parse has rounded it to a double.
function toParameter(name: string, value: unknown): string | number {
  if (value === null) return ''
  if (typeof value === 'string' || typeof value === 'number') return value
  if (name === 'SecurityGroupIds' && Array.isArray(value) && value.every((item) => typeof item === 'string')) {
    return value.join(',')
  }
  throw invalidParameter(name, 'must be a text')
}
