// The messages between the platform and the process of an instance, over the IPC channel.

/** The event of an HTTP call, with only the documented fields (veFaaS documentation, "Trigger event messages"). */
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

/** The second argument of a handler and the only one of an initializer. For Node.js, only this field is documented. */
export type HandlerContext = { requestId: string }

/** The response has the same id. The process sends response 0 without a request, after it has loaded the code. */
export type InstanceRequest =
  | { type: 'initialize'; id: number; context: HandlerContext }
  | { type: 'invoke'; id: number; event: unknown; context: HandlerContext }
  | { type: 'ping'; id: number }

export type InstanceResponse =
  | { type: 'done'; id: number; result?: HandlerResult; durationMs: number }
  | { type: 'failed'; id: number; message: string; durationMs: number }

/** The result of a handler. The channel only transports JSON, so a Buffer is sent as base64. */
export type HandlerResult = { statusCode: number; headers: Record<string, string>; body: string; base64?: boolean }
