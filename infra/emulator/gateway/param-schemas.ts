import * as v from 'valibot'
import { type Tree, textKey } from './params.ts'

// Schemas of flat parameters, for `readParams`. The message of each says what a right value is.

type Schema = v.GenericSchema<unknown, unknown>
type Present<S extends Schema> = Exclude<v.InferOutput<S>, undefined>

/** A text that passes a test; an empty one counts as absent. */
export const checkedText = (expected: string, test: (value: string) => boolean) =>
  optional(textOf, v.pipe(v.string(), v.check(test, expected)))

/** The same for a text whose empty value has a meaning, e.g. "clear this". */
export const checkedTextOrEmpty = (expected: string, test: (value: string) => boolean) =>
  optional(
    textOrEmptyOf,
    v.pipe(
      v.string(),
      v.check((value) => value === '' || test(value), expected),
    ),
  )

export const text = checkedText('a text', () => true)

export const oneOf = <const T extends readonly string[]>(...values: T) =>
  optional(textOf, v.picklist(values, `one of ${values.join(', ')}`))

export const flag = optional(
  textOf,
  v.pipe(
    v.picklist(['true', 'false'], 'one of true, false'),
    v.transform((value) => value === 'true'),
  ),
)

export const integer = (from: number, to: number) =>
  number(/^-?\d{1,10}$/, from, to, `a whole number from ${from} to ${to}`)

/** A number with 3 decimals at most. */
export const decimal = (from: number, to: number) =>
  number(/^\d{1,10}(\.\d{1,3})?$/, from, to, `a number from ${from} to ${to} with 3 decimals at most`)

function number(form: RegExp, from: number, to: number, expected: string) {
  const test = (value: string) => form.test(value) && Number(value) >= from && Number(value) <= to
  return optional(textOf, v.pipe(v.string(), v.check(test, expected), v.transform(Number)))
}

export const object = <const F extends v.ObjectEntries>(fields: F) => optional(childrenOf, v.object(fields))

/** `Name.1`, `Name.2`, ... in the order of their numbers. Without any, and for `Name=`, it is the empty list. */
export const list = <S extends Schema>(item: S, max: number) =>
  v.optional(
    v.pipe(
      v.unknown(),
      // A value without a number is refused: if it were ignored, a filter would match everything.
      v.check((tree) => !textOf(tree as Tree), 'a list: <name>.1, <name>.2, ...'),
      v.check((tree) => isNumbered(tree as Tree), 'a list numbered from 1: <name>.1, <name>.2, ...'),
      v.record(v.string(), item),
      // JavaScript orders keys that are integers by number.
      v.transform((items) => Object.values(items).filter((value): value is Present<S> => value !== undefined)),
      v.maxLength(max, `a list of ${max} at most`),
    ),
    {},
  )

/** Refuses a parameter that is absent, empty, or an empty list. */
export const required = <S extends Schema>(schema: S) =>
  v.nonOptional(
    v.pipe(
      schema,
      v.transform((value) => (Array.isArray(value) && value.length === 0 ? undefined : (value as v.InferOutput<S>))),
    ),
  )

function isNumbered(tree: Tree): boolean {
  return Object.keys(tree).every((index) => /^[1-9]\d{0,5}$/.test(index))
}

/** The schema of a part of a parameter's tree. A parameter without that part is absent. */
function optional<I, O>(partOf: (tree: Tree) => unknown, schema: v.GenericSchema<I, O>) {
  const part = v.transform((tree: unknown) => partOf(tree as Tree) as I | undefined)
  return v.optional(v.pipe(v.unknown(), part, v.optional(schema)))
}

function textOrEmptyOf(tree: Tree): string | undefined {
  return tree[textKey]
}

function textOf(tree: Tree): string | undefined {
  return tree[textKey] || undefined
}

function childrenOf(tree: Tree): Tree | undefined {
  return Object.keys(tree).length > 0 ? tree : undefined
}
