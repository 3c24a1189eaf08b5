/** The parts of an OpenAPI 3.1 document that this page uses, with references resolved. */
export type Api = {
  title: string
  version: string
  /** CommonMark. */
  description: string
  groups: readonly { name: string; description: string; operations: readonly Operation[] }[]
}

export type Operation = {
  id: string
  method: 'GET' | 'POST'
  /** With a query, if operations differ by it. */
  path: string
  summary: string
  /** CommonMark. */
  description: string
  parameters: readonly Parameter[]
  /** The possible bodies, by media type. For GET, the bodies of POST on the same path. */
  bodies: readonly Body[]
  /** Schema of a success. */
  result: Schema
  examples: readonly Example[]
  failures: readonly Failure[]
}

export type Parameter = {
  name: string
  description: string
  required: boolean
  schema: Schema
  example?: unknown
  /** Whether the example of a body has it. */
  isUsual: boolean
}

export type Body = { type: string; schema: Schema; examples: readonly Example[] }

export type Example = { name: string; value: unknown }

export type Failure = {
  status: string
  description: string
  /** The code `*` stands for all others. */
  codes: readonly { code: string; when: string; example: { Code: string; Message: string } }[]
}

/** The part of JSON Schema 2020-12 that the document uses. */
export type Schema = {
  type?: string | readonly string[]
  title?: string
  description?: string
  enum?: readonly string[]
  const?: unknown
  default?: unknown
  minimum?: number
  maximum?: number
  maxLength?: number
  format?: string
  contentEncoding?: string
  properties?: Readonly<Record<string, Schema>>
  required?: readonly string[]
  items?: Schema
  oneOf?: readonly Schema[]
}

/** Reads a document. A path that has GET is an operation with GET, any other path an operation with POST. */
export function readApi(document: object): Api {
  const { info, tags, paths } = withoutReferences(document, document) as Document
  const operations = Object.entries(paths).flatMap(([path, { get, post }]) => {
    const [method, found] = get ? (['GET', get] as const) : (['POST', post] as const)
    return found ? [{ tag: found.tags[0], operation: readOperation(method, path, found, post) }] : []
  })
  return {
    ...info,
    groups: tags.map(({ name, description }) => ({
      name,
      description,
      operations: operations.filter(({ tag }) => tag === name).map(({ operation }) => operation),
    })),
  }
}

type Document = {
  info: { title: string; version: string; description: string }
  tags: { name: string; description: string }[]
  paths: Record<string, { get?: DocumentOperation; post?: DocumentOperation }>
}

type Content = Record<
  string,
  { schema: Schema; example?: unknown; examples?: Record<string, { value: unknown; summary?: string }> }
>

type DocumentOperation = {
  operationId: string
  tags: string[]
  summary: string
  description: string
  parameters?: {
    name: string
    in: string
    description: string
    required?: boolean
    schema: Schema
    example?: unknown
  }[]
  requestBody?: { content: Content }
  responses: Record<string, { description: string; content: Content }>
}

function readOperation(
  method: Operation['method'],
  path: string,
  operation: DocumentOperation,
  post?: DocumentOperation,
): Operation {
  const { operationId: id, summary, description, parameters = [], responses } = operation
  const { 200: success, ...failures } = responses
  const content = success?.content['application/json']
  const usual = Object.values(post?.requestBody?.content ?? {}).flatMap(({ example }) => Object.keys(example ?? {}))
  return {
    id,
    method,
    path,
    summary,
    description,
    parameters: parameters
      .filter((parameter) => parameter.in === 'query')
      .map(({ required = false, ...parameter }) => ({
        ...parameter,
        required,
        isUsual: usual.includes(parameter.name),
      })),
    bodies: Object.entries(post?.requestBody?.content ?? {}).map(([type, { schema, example, examples }]) => ({
      type,
      schema,
      examples: example === undefined ? examplesOf(examples) : [{ name: '', value: example }],
    })),
    result: content?.schema ?? {},
    examples: examplesOf(content?.examples),
    failures: Object.entries(failures).map(([status, { description, content }]) => ({
      status,
      description,
      codes: Object.entries(content['application/json']?.examples ?? {}).map(([code, { summary = '', value }]) => ({
        code,
        when: summary,
        example: errorIn(value as Refusal),
      })),
    })),
  }
}

/** An error of the manager, or of the platform. */
type Refusal =
  | { ResponseMetadata: { Error: { Code: string; Message: string } } }
  | { error_code: string; error_message: string }

function errorIn(refusal: Refusal): { Code: string; Message: string } {
  if ('ResponseMetadata' in refusal) return refusal.ResponseMetadata.Error
  return { Code: refusal.error_code, Message: refusal.error_message }
}

const examplesOf = (examples: Record<string, { value: unknown }> = {}): Example[] =>
  Object.entries(examples).map(([name, { value }]) => ({ name, value }))

/** Returns a copy with references resolved. References must not be recursive. */
function withoutReferences(value: unknown, document: object): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutReferences(item, document))
  if (typeof value !== 'object' || value === null) return value
  if ('$ref' in value) return withoutReferences(at(document, `${value.$ref}`), document)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutReferences(item, document)]))
}

/** @param pointer  a JSON pointer (RFC 6901) as a fragment */
function at(document: object, pointer: string): unknown {
  const keys = pointer.slice(2).split('/')
  return keys.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], document)
}
