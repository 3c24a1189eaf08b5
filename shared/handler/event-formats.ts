import { fieldsOf, isObject, itemsOf, textOf } from './event-values.ts'
import type { HttpRequest } from './http-request.ts'
import { parseJson, withoutByteOrderMark } from './json.ts'

/** One message of an event: its data, not yet checked, or why it is invalid. */
export interface Message {
  /** The sender's id; empty if the message has none. */
  id: string
  data: Readonly<Record<string, unknown>>
  problem?: string
  /** From a queue, without a value: it asks for nothing, unless its other keys do. */
  isTombstone?: true
}

/** The source of an event, which decides the form of the answer. */
export type Origin = 'http' | 'sqs' | 'vefaas' | 'other'

/**
 * Distinguishes a stranger's request from an event that a platform has checked. It reads only the platform's own keys, so
 * that no body can disguise a request. (veFaaS itself distinguishes CloudEvents from requests by X-Faas-Event-Type: a gateway
 * that passes on this header must not have a route to a function of events.)
 */
export function originOf(event: unknown): Origin {
  const { httpMethod, requestContext, Records, type } = fieldsOf(event)
  if (httpMethod !== undefined || requestContext !== undefined) return 'http'
  if (itemsOf(Records).some((item) => fieldsOf(item).eventSource === 'aws:sqs')) return 'sqs'
  return VEFAAS.test(textOf(type)) ? 'vefaas' : 'other'
}

/**
 * Reads the messages of an event; an empty batch has none. Never throws. It knows CloudEvents 1.0 in HTTP requests
 * (structured, batched, binary; HTTP Protocol Binding 3.1-3.3), the CloudEvents of veFaaS, and the events of SQS, SNS and
 * EventBridge on AWS Lambda; any other event is the data itself. One event may contain another, e.g. a queue a notification
 * of SNS. Data is an object, as it is, as JSON or as base64 of JSON.
 */
export function readMessages(event: unknown, request: HttpRequest): Message[] {
  return originOf(event) === 'http' ? fromHttp(request) : read(event, '', LAYERS)
}

const NO_DATA = 'The data must be a JSON object without duplicate names, as JSON, text or base64'
// An event of EventBridge through SNS and SQS, with its data in base64, has six.
const LAYERS = 8
const STRUCTURED = 'application/cloudevents+json'
const BATCHED = 'application/cloudevents-batch+json'
const VEFAAS = /^(byte)?faas\.\w+\.event$/
const VEFAAS_QUEUE = /^(byte)?faas\.(kafka|bmq|rocketmq)\.event$/

function fromHttp({ headers, body, isBase64Encoded }: HttpRequest): Message[] {
  const content = isBase64Encoded ? fromBase64(body) : body
  if (content === undefined) return problem('', 'The body must be base64, as the platform says it is')
  const type = textOf(headers['content-type']).split(';', 1)[0]?.trim().toLowerCase()
  if (type !== STRUCTURED && type !== BATCHED) {
    // A request with one of the attributes is meant as a CloudEvent: the answer names what is missing.
    if (ATTRIBUTES.some((name) => `ce-${name}` in headers)) {
      const attributes = ATTRIBUTES.map((name) => [name, headerValue(headers[`ce-${name}`])])
      return cloudEvent({ ...Object.fromEntries(attributes), data: content }, '')
    }
    if (type !== 'application/json') {
      return problem('', `Send a CloudEvent as ${STRUCTURED} or with ce- headers, or the data as application/json`)
    }
  }
  const value = parseJson(content)
  if (value === undefined) return problem('', 'The body must be JSON without duplicate names')
  if (type === BATCHED) {
    if (!Array.isArray(value)) return problem('', 'A batch must be a JSON array of CloudEvents')
    return value.flatMap((item) => cloudEvent(item, ''))
  }
  // Plain JSON is the data, or a platform's event: API destinations of EventBridge post one.
  return type === STRUCTURED ? cloudEvent(value, '') : read(value, '', LAYERS)
}

// Absent, null or empty data is an object without keys: the schema decides whether it is valid.
function read(value: unknown, id: string, layers: number): Message[] {
  if (layers === 0) return problem(id, 'The data is wrapped in too many layers')
  if (isEmpty(value)) return [{ id, data: {} }]
  if (typeof value === 'string') {
    const content = parse(value)
    return content === undefined ? problem(id, NO_DATA) : read(content, id, layers - 1)
  }
  if (!isObject(value)) return problem(id, NO_DATA)
  if (Array.isArray(value.Records)) {
    if (value.Records.length === 0) return problem(id, 'Records must have one or more')
    return value.Records.flatMap((item) => awsRecord(item, id, layers - 1))
  }
  if ('specversion' in value || VEFAAS.test(textOf(value.type))) return cloudEvent(value, id, layers - 1)
  if ('detail-type' in value) return read(value.detail, id || textOf(value.id), layers - 1)
  // SNS without raw message delivery.
  if (value.Type === 'Notification' && 'TopicArn' in value) return snsMessage(value, id, layers - 1)
  return [{ id, data: value }]
}

// CloudEvents 1.0.2, "Required Attributes", and JSON Event Format 3.1. Other attributes are ignored.
const ATTRIBUTES = ['specversion', 'id', 'source', 'type'] as const

function cloudEvent(value: unknown, outerId: string, layers = LAYERS): Message[] {
  const event = fieldsOf(value)
  const id = outerId || textOf(event.id)
  const missing = ATTRIBUTES.find((name) => textOf(event[name]) === '')
  if (missing) return problem(id, `A CloudEvent needs ${missing}, a text that is not empty`)
  if (event.specversion !== '1.0') return problem(id, 'The specversion of a CloudEvent must be 1.0')
  const found = contentOf(event)
  if (!found) return problem(id, NO_CONTENT)
  const readContent = VEFAAS_QUEUE.test(textOf(event.type)) ? queued : read
  return readContent(found.content, id, layers)
}

/** Why `contentOf` returns undefined. */
export const NO_CONTENT = 'A CloudEvent has either data or data_base64, which must be base64'

/**
 * The content of a CloudEvent in the JSON format: its `data`, or its `data_base64` decoded. Undefined if it has both, or if
 * `data_base64` is not base64. Like an attribute (JSON Event Format 2.2), a `data_base64` of null is absent.
 */
export function contentOf(event: Record<string, unknown>): { content: unknown } | undefined {
  const { data, data_base64: encoded } = event
  if (encoded === undefined || encoded === null) return { content: data }
  const content = fromBase64(encoded)
  return data === undefined && content !== undefined ? { content } : undefined
}

/**
 * Reads the messages that a trigger of veFaaS took from Kafka, BMQ or RocketMQ. The format of `data` is not documented. The
 * assumption: it is one message or a list, as it is, as JSON or as base64; each message is the data itself, or has it in one
 * of these fields. Both are merged, because business events may have their own `message`; the message's own keys go first.
 */
function queued(data: unknown, id: string, layers: number): Message[] {
  const found = opened(data)
  return (Array.isArray(found) ? found : [found]).flatMap((item) => {
    const content = opened(item)
    const message = fieldsOf(content)
    const wrapped = [...VALUE, ...MESSAGE]
      .filter((name) => !isEmpty(opened(message[name])))
      .map((name) => read(message[name], id, layers - 1))
      .find((inner) => inner.some(({ problem }) => !problem))
    const whole = wrapped?.map((inner) => (inner.problem ? inner : { ...inner, data: { ...inner.data, ...message } }))
    const messages = whole ?? read(item, id, layers - 1)
    return isEmpty(content) || hasNoValue(message) ? messages.map(asTombstone) : messages
  })
}

const VALUE = ['value', 'Value', 'body', 'Body'] as const
const MESSAGE = ['message', 'Message'] as const

// Kafka documentation, "Log Compaction": a message with a key and a null value deletes the key. In CloudEvents' Kafka
// Protocol Binding 3.2.2, an event without data is such a message.
function hasNoValue(message: Record<string, unknown>): boolean {
  const isLeftEmpty = (name: string) => isEmpty(opened(message[name]))
  return VALUE.some((name) => name in message) && [...VALUE, ...MESSAGE].every(isLeftEmpty)
}

// AWS documentation, "Using Lambda with Amazon SQS" and "Invoking Lambda functions with Amazon SNS notifications". veFaaS
// delivers SNS notifications in the same form.
function awsRecord(value: unknown, id: string, layers: number): Message[] {
  const { eventSource, messageId, body, Sns } = fieldsOf(value)
  if (isObject(Sns)) return snsMessage(Sns, id, layers)
  if (eventSource !== 'aws:sqs') return problem(id, 'A record must be one of SQS or SNS')
  const itemId = textOf(messageId)
  if (itemId === '' || typeof body !== 'string') return problem(itemId, 'A record of SQS needs messageId and body')
  const messages = read(body, itemId, layers)
  return isEmpty(opened(body)) ? messages.map(asTombstone) : messages
}

function snsMessage({ MessageId, Message }: Record<string, unknown>, outerId: string, layers: number): Message[] {
  const id = outerId || textOf(MessageId)
  return typeof Message === 'string' ? read(Message, id, layers) : problem(id, 'A notification of SNS needs Message')
}

const asTombstone = (message: Message): Message => ({ ...message, isTombstone: true })
const problem = (id: string, reason: string): Message[] => [{ id, data: {}, problem: `${reason}.` }]

// HTTP Protocol Binding 3.1.3.2: remove quotes, which older senders use, then percent-encoding. Undefined if the
// result is not UTF-8.
function headerValue(value: string | undefined): string | undefined {
  const quoted = /^"(.*)"$/s.exec(textOf(value))?.[1]
  try {
    return decodeURIComponent(quoted?.replace(/\\(.)/gs, '$1') ?? textOf(value))
  } catch {
    return undefined
  }
}

function opened(value: unknown): unknown {
  const found = typeof value === 'string' ? parse(value) : value
  return found === undefined ? value : found
}

function parse(content: string): unknown {
  const found = parseJson(content)
  return found === undefined ? parseJson(fromBase64(withoutByteOrderMark(content))) : found
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
}

/** Decodes base64 (RFC 4648, 4, padded) to text; undefined if the value is not base64. */
function fromBase64(value: unknown): string | undefined {
  const bytes = Buffer.from(textOf(value), 'base64')
  // Node's decoder accepts anything; encoding the result shows whether it was base64.
  return typeof value === 'string' && bytes.toString('base64') === value ? bytes.toString() : undefined
}
