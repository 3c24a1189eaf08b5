import * as v from 'valibot'
import { ApiError } from './errors.ts'

type Params = Readonly<Record<string, string>>

/** The text of a parameter in its tree: no name can be the same as a symbol. */
export const textKey = Symbol('text')

/** Flat parameters as a tree: `Tags.1.Key=a` is the text `a` of the tree at Tags, 1, Key. */
export interface Tree {
  [name: string]: Tree
  [textKey]?: string
}

/**
 * Reads the flat parameters of a call. A parameter that the schema does not know is ignored, as the cloud does.
 * @throws ApiError 400 `missing` or `malformed`, for the first that is wrong
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

// Without a prototype, "constructor" and "__proto__" are names like any other.
const newTree = (): Tree => Object.create(null)

/** 400 `MissingParameter.<Field>`: the form is VolcEngine's, e.g. MissingParameter.InstanceId. */
export function missing(name: string): ApiError {
  return new ApiError(400, `MissingParameter.${field(name)}`, `The required parameter ${name} is not supplied.`)
}

/** 400 `Invalid<Field>.Malformed`: published for ClientToken, StoppedMode and TagFilterKey; assumed for the others. */
export function malformed(name: string, is: string): ApiError {
  return new ApiError(400, `Invalid${field(name)}.Malformed`, `The specified parameter ${name} is not ${is}.`)
}

/** A dotted name as error codes write it: `TagFilters.1.Key` is TagFilterKey, `InstanceIds.2` InstanceId, `InstanceIds` itself stays. */
function field(name: string): string {
  return name.replace(/s?\.\d+/g, '').replaceAll('.', '')
}
