import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import {
  CallToolRequestSchema,
  type CallToolResult,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
  type Tool as ToolDescription,
} from '@modelcontextprotocol/sdk/types.js'
import { ActionError } from '../errors.ts'
import { authenticate } from './auth.ts'
import { checkSize } from './body.ts'
import { fieldsOf, itemsOf, textOf } from './event-values.ts'
import type { Invocation } from './invocation.ts'
import { parseJson } from './json.ts'
import { describeInput } from './json-schema.ts'
import { VERSION } from './parameters.ts'
import { type Answer, noContent, pipeline } from './pipeline.ts'
import { ALLOW_POST, errorReply, type Reply, reply, toActionError } from './reply.ts'
import { describeFailure, runTool, type Tool, type ToolCall, type ToolResult } from './tool.ts'

interface Endpoint {
  /** What a model should know before it uses the tools. */
  instructions: string
  tools: readonly Tool[]
}

/** One HTTP request and what became of it. */
interface Exchange {
  /** One JSON-RPC message, or a list of them. Undefined if the body is not JSON. */
  body: unknown
  headers: Record<string, string>
  /** The sandbox of the first tool, as soon as it is known. */
  sandboxId?: string | undefined
  /** Why the first failed tool failed. */
  error?: ActionError | undefined
}

interface HttpAnswer {
  status: number
  type: string
  text: string
}

const NAME = 'Mcp'

/**
 * Makes the handler of an endpoint of the Model Context Protocol over Streamable HTTP, without sessions and streams: each
 * request is answered alone, so any instance of the function can answer it. It never throws. A tool that fails is a result
 * with `isError`; in the log, the invocation has the status and the code of the failure.
 */
export function mcp({ instructions, tools }: Endpoint) {
  const describeAll = once(() => tools.map((tool) => ({ tool, description: describeTool(tool) })))
  return pipeline<Exchange, HttpAnswer, Reply>({
    name: NAME,
    identify: (invocation) => identify(invocation, tools),
    check(invocation) {
      const { headers, body, isBase64Encoded } = invocation.request
      const parsed = parseJson(isBase64Encoded ? Buffer.from(body, 'base64').toString() : body)
      invocation.tool = toolsIn(parsed, tools) || undefined
      return { body: parsed, headers }
    },
    async run(exchange, call) {
      if (exchange.body === undefined) return parseError()
      const server = new Server(
        { name: 'ecs-manager', title: 'ECS Manager', version: VERSION },
        { capabilities: { tools: {} }, instructions, jsonSchemaValidator: NO_VALIDATOR },
      )
      // Cancelled requests are answered like others: a request that a batch cancels would never get an answer.
      server.removeNotificationHandler('notifications/cancelled')
      server.setRequestHandler(ListToolsRequestSchema, () => ({
        tools: describeAll().flatMap(({ tool, description }) =>
          call.caller.actions.has(tool.right) ? [description] : [],
        ),
      }))
      server.setRequestHandler(CallToolRequestSchema, ({ params }, { requestId, sendNotification, _meta }) => {
        const tool = tools.find(({ name }) => name === params.name)
        // As the specification asks, an unknown tool is an error of the protocol.
        if (!tool) throw new McpError(ErrorCode.InvalidParams, 'There is no such tool. tools/list has their names.')
        let steps = 0
        return callTool(tool, params.arguments ?? {}, exchange, {
          ...call,
          // Two calls in one request are not the same call.
          callerRequestId: call.callerRequestId && `${call.callerRequestId} ${requestId}`,
          concerns(sandboxId) {
            exchange.sandboxId ??= sandboxId
          },
          async progress(message) {
            const progressToken = _meta?.progressToken
            if (progressToken === undefined) return
            steps += 1
            await sendNotification({
              method: 'notifications/progress',
              params: { progressToken, progress: steps, message },
            })
          },
        })
      })
      return answerMessages(server, exchange)
    },
    answer(invocation, { sandboxId, error }, { status, type, text }) {
      invocation.sandboxId = sandboxId
      return { sent: reply(invocation, status, text, text ? { 'Content-Type': type } : {}), status, error }
    },
    answerError(invocation, error) {
      invocation.sandboxId = invocation.input?.sandboxId
      return { sent: errorReply(invocation, NAME, error, ALLOW_POST), error }
    },
  })
}

function identify(invocation: Invocation, tools: readonly Tool[]): Answer<Reply> | undefined {
  const { method, body, isBase64Encoded } = invocation.request
  if (method === 'HEAD' || method === 'OPTIONS') return noContent(invocation, ALLOW_POST)
  // Also GET and DELETE, as the specification says for a server without streams and sessions.
  if (method !== 'POST') throw new ActionError(405, 'MethodNotAllowed', 'Send an HTTP request with POST.')
  authenticate(invocation)
  const { actions } = invocation.caller
  if (!tools.some(({ right }) => actions.has(right))) {
    throw new ActionError(403, 'OperationDenied.Action', 'The caller has no right to use any tool.')
  }
  checkSize(body, isBase64Encoded)
  return undefined
}

async function callTool(tool: Tool, values: object, exchange: Exchange, call: ToolCall): Promise<CallToolResult> {
  try {
    return toResult(await runTool(tool, values, call))
  } catch (thrown) {
    const error = toActionError(thrown)
    exchange.error ??= error
    return { isError: true, content: [{ type: 'text', text: describeFailure(error, call) }] }
  }
}

function toResult({ data, picture }: ToolResult): CallToolResult {
  const content: CallToolResult['content'] = [{ type: 'text', text: JSON.stringify(data) }]
  if (picture) content.unshift({ type: 'image', mimeType: 'image/png', data: Buffer.from(picture).toString('base64') })
  return { content, structuredContent: data }
}

/** Lets the server answer all messages of a request, and returns when the last answer is ready. */
async function answerMessages(server: Server, { body, headers }: Exchange): Promise<HttpAnswer> {
  const transport = new WebStandardStreamableHTTPServerTransport({
    // The platforms cannot stream an answer. As a stream that is sent whole, it at least contains the progress.
    enableJsonResponse: !wantsProgress(body),
    keepAliveMs: 0,
  })
  await server.connect(transport)
  try {
    const request = new Request('http://localhost/mcp', { method: 'POST', headers: headersForTransport(headers) })
    const response = await transport.handleRequest(request, { parsedBody: body })
    const text = await response.text()
    return { status: response.status, type: response.headers.get('content-type') ?? '', text }
  } finally {
    await server.close()
  }
}

/** The headers that the transport reads. A value that Fetch does not allow in a header is left out. */
function headersForTransport(headers: Record<string, string>): Record<string, string> {
  const names = ['accept', 'content-type', 'mcp-protocol-version']
  const found = names
    .map((name) => [name, headers[name] ?? ''])
    .filter(([, value = '']) => /^[\x20-\x7e]+$/.test(value))
  return Object.fromEntries(found)
}

/** JSON-RPC 2.0, section 5.1. */
function parseError(): HttpAnswer {
  const message = 'Parse error: the body must be JSON without duplicate names'
  const text = JSON.stringify({ jsonrpc: '2.0', error: { code: ErrorCode.ParseError, message }, id: null })
  return { status: 400, type: 'application/json', text }
}

const messagesIn = (body: unknown) => (Array.isArray(body) ? itemsOf(body) : [body]).map(fieldsOf)

/** The names of the tools that the messages call. Names of no tool are left out, because the caller chose them. */
function toolsIn(body: unknown, tools: readonly Tool[]): string {
  return messagesIn(body)
    .filter(({ method }) => method === 'tools/call')
    .map(({ params }) => textOf(fieldsOf(params).name))
    .filter((called) => tools.some(({ name }) => name === called))
    .join()
}

function wantsProgress(body: unknown): boolean {
  return messagesIn(body).some(({ params }) => fieldsOf(fieldsOf(params)._meta).progressToken !== undefined)
}

function describeTool({ name, title, description, annotations, input, output }: Tool): ToolDescription {
  const inputSchema = { ...describeInput(input), type: 'object' as const, additionalProperties: false }
  const outputSchema = { ...describeInput(output), type: 'object' as const }
  // The source wraps its lines.
  return {
    name,
    title,
    description: description.replaceAll('\n', ' '),
    annotations,
    inputSchema,
    outputSchema,
  } as object as ToolDescription
}

function once<T>(compute: () => T): () => T {
  let value: T | undefined
  return () => {
    value ??= compute()
    return value
  }
}

// Only answers of a client to questions of the server are validated with it, and this server asks none. The SDK's own
// validator is not in the bundle.
const NO_VALIDATOR = {
  getValidator: () => {
    throw new Error('this server asks its client nothing')
  },
}
