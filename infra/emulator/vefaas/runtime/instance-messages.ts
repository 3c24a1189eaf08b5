// What the platform and the process of an instance say to each other over the IPC channel.

/** The event of an HTTP call: the documented fields and no other (veFaaS documentation, "Trigger event messages"). */
export type HttpEvent = {
  httpMethod: string
  path: string
  pathParameters: Record<string, string>
  queryStringParameters: Record<string, string>
  headers: Record<string, string>
  body: string
}

/** The event of a call that is not HTTP, a CloudEvent (veFaaS documentation, "Trigger event messages"). */
export type CloudEvent = {
  id: string
  source: string
  specversion: string
  type: string
  /** ISO 8601. */
  time?: string
  datacontenttype?: string
  data?: unknown
}

/** The second argument of a handler and the only one of an initializer. Nothing else is documented for Node.js. */
export type HandlerContext = { requestId: string }

/** A question; the answer carries its id. The process answers question 0, "are you loaded?", without being asked. */
export type InstanceRequest =
  | { type: 'initialize'; id: number; context: HandlerContext }
  | { type: 'invoke'; id: number; event: unknown; context: HandlerContext }
  | { type: 'ping'; id: number }

export type InstanceResponse =
  | { type: 'done'; id: number; reply?: HandlerResult; durationMs: number }
  | { type: 'failed'; id: number; message: string; durationMs: number }

/** What a handler returned. The channel carries JSON, so a Buffer travels as base64. */
export type HandlerResult = { statusCode: number; headers: Record<string, string>; body: string; base64?: boolean }
