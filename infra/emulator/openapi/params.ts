import { ApiError } from './errors.ts'

/** A flat parameter set as a tree: `Tags.1.Key=a` is the child Key of the child 1 of the child Tags. */
export interface Node {
  value?: string
  children: Map<string, Node>
}

export function unflatten(params: Readonly<Record<string, string>>): Node {
  const root: Node = { children: new Map() }
  for (const [name, value] of Object.entries(params)) {
    let node = root
    for (const segment of name.split('.')) {
      let child = node.children.get(segment)
      if (!child) {
        child = { children: new Map() }
        node.children.set(segment, child)
      }
      node = child
    }
    node.value = value
  }
  return root
}

/** Reads one parameter. `name` is its full dotted name; a reader throws an ApiError 400 when the value is wrong. */
export type Reader<T> = (node: Node | undefined, name: string) => T
export type Read<R> = R extends Reader<infer T> ? T : never

/** A text; an empty one counts as absent. */
export function text(is: string, test: (value: string) => boolean): Reader<string | undefined> {
  return (node, name) => (node?.value ? check(node.value, name, is, test) : undefined)
}

/** A text whose empty value means something, e.g. "clear this". */
export function textOrEmpty(is: string, test: (value: string) => boolean): Reader<string | undefined> {
  return (node, name) =>
    node?.value === undefined || node.value === '' ? node?.value : check(node.value, name, is, test)
}

export function oneOf<const T extends string>(...values: T[]): Reader<T | undefined> {
  return text(`one of ${values.join(', ')}`, (value) => values.includes(value as T)) as Reader<T | undefined>
}

export function integer(from: number, to: number): Reader<number | undefined> {
  const read = text(
    `a whole number from ${from} to ${to}`,
    (value) => /^-?\d{1,10}$/.test(value) && Number(value) >= from && Number(value) <= to,
  )
  return (node, name) => toNumber(read(node, name))
}

export function decimal(from: number, to: number, digits: number): Reader<number | undefined> {
  const read = text(
    `a number from ${from} to ${to} with ${digits} decimals at most`,
    (value) =>
      /^\d{1,10}(\.\d+)?$/.test(value) &&
      (value.split('.')[1] ?? '').length <= digits &&
      Number(value) >= from &&
      Number(value) <= to,
  )
  return (node, name) => toNumber(read(node, name))
}

const truth = oneOf('true', 'false')

/** `true` or `false`; absent is undefined. */
export const flag: Reader<boolean | undefined> = (node, name) => {
  const value = truth(node, name)
  return value === undefined ? undefined : value === 'true'
}

/** `Name.1`, `Name.2`, ... in the order of their numbers; absent is the empty list, and so is `Name=`, as Go sends it. */
export function list<T>(reader: Reader<T | undefined>, most: number): Reader<T[]> {
  return (node, name) => {
    if (!node) return []
    // Were a value without a number ignored, a filter would quietly match everything.
    if (node.value) throw malformed(name, `a list: ${name}.1, ${name}.2, ...`)
    const entries = [...node.children].map(([index, child]) => {
      if (!/^[1-9]\d{0,5}$/.test(index)) throw malformed(name, `a list numbered from 1: ${name}.1, ${name}.2, ...`)
      return { index: Number(index), value: reader(child, `${name}.${index}`) }
    })
    const values = entries.sort((a, b) => a.index - b.index).map(({ value }) => value)
    const present = values.filter((value) => value !== undefined)
    if (present.length > most) throw malformed(name, `a list of ${most} at most`)
    return present
  }
}

export function object<F extends Record<string, Reader<unknown>>>(
  fields: F,
): Reader<{ [K in keyof F]: Read<F[K]> } | undefined> {
  return (node, name) => (node && node.children.size > 0 ? readFields(fields, node, `${name}.`) : undefined)
}

/** Reads every field; a parameter no field knows is ignored, as the cloud does. */
export function readFields<F extends Record<string, Reader<unknown>>>(
  fields: F,
  node: Node,
  prefix = '',
): { [K in keyof F]: Read<F[K]> } {
  const read = Object.entries(fields).map(([key, reader]) => [key, reader(node.children.get(key), prefix + key)])
  return Object.fromEntries(read)
}

/** Refuses a parameter that is absent, empty, or an empty list. */
export function required<T>(reader: Reader<T>): Reader<Exclude<T, undefined>> {
  return (node, name) => {
    const value = reader(node, name)
    if (value === undefined || (Array.isArray(value) && value.length === 0)) throw missing(name)
    return value as Exclude<T, undefined>
  }
}

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

function check(value: string, name: string, is: string, test: (value: string) => boolean): string {
  if (!test(value)) throw malformed(name, is)
  return value
}

function toNumber(value: string | undefined): number | undefined {
  return value === undefined ? undefined : Number(value)
}
