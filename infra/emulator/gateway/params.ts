import * as v from 'valibot'
import { ApiError } from './errors.ts'

type Params = Readonly<Record<string, string>>

/** The key of a parameter's text in its tree: a symbol, because a string could be the name of a parameter. */
export const textKey = Symbol('text')

/** Flat parameters as a tree: `Tags.1.Key=a` is `{ Tags: { 1: { Key: { [textKey]: 'a' } } } }`. */
export interface Tree {
  [name: string]: Tree
  [textKey]?: string
}

/**
 * Reads the flat parameters of a call. Parameters that the schema does not know are ignored, as the cloud ignores them.
 * @throws ApiError 400 `missing` or `malformed` for the first wrong parameter
 */
export function readParams<S extends v.GenericSchema>(schema: S, params: Params): v.InferOutput<S> {
  const { success, output, issues } = v.safeParse(schema, unflatten(params), { abortEarly: true })
  if (success) return output
  const [issue] = issues
  const name = v.getDotPath(issue) ?? ''
  throw issue.received === 'undefined' ? missing(name) : malformed(name, issue.message.replaceAll('<name>', name))
}

function unflatten(params: Params): Tree {
  const root = newTree()
  for (const [name, value] of Object.entries(params)) {
    let tree = root
    for (const segment of name.split('.')) {
      tree[segment] ??= newTree()
      tree = tree[segment]
    }
    tree[textKey] = value
  }
  return root
}

// It has no prototype, so "constructor" and "__proto__" can be names of parameters.
const newTree = (): Tree => Object.create(null)

/** 400 `MissingParameter.<Field>`, e.g. MissingParameter.InstanceId: the form is VolcEngine's. */
export function missing(name: string): ApiError {
  return new ApiError(400, `MissingParameter.${fieldInCode(name)}`, `The required parameter ${name} is not supplied.`)
}

/** 400 `Invalid<Field>.Malformed`: published for ClientToken, StoppedMode and TagFilterKey; assumed for the others. */
export function malformed(name: string, expected: string): ApiError {
  return new ApiError(
    400,
    `Invalid${fieldInCode(name)}.Malformed`,
    `The specified parameter ${name} is not ${expected}.`,
  )
}

/** A dotted name as it is in error codes: TagFilterKey for `TagFilters.1.Key`, InstanceId for `InstanceIds.2`. */
function fieldInCode(name: string): string {
  return name.replace(/s?\.\d+/g, '').replaceAll('.', '')
}
