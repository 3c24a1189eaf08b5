import type * as v from 'valibot'
import type { ActionName } from '../config/callers.ts'
import { type ActionError, outOfTime } from '../errors.ts'
import { checkRight } from './auth.ts'
import type { Call } from './invocation.ts'
import type { InputSchema } from './json-schema.ts'
import { validate } from './parameters.ts'
import { toActionError } from './reply.ts'

/** One tool of a server of the Model Context Protocol (MCP). */
export interface Tool<Input extends InputSchema = InputSchema> {
  name: string
  /** For people. */
  title: string
  /** For models: what the tool does, and when to use it. */
  description: string
  /** The right that a caller needs. Without it, the tool is not listed and cannot be called. */
  right: ActionName
  annotations: {
    readOnlyHint: boolean
    destructiveHint: boolean
    /** A second call with the same arguments changes nothing more. */
    idempotentHint: boolean
    /** The tool acts on an open world, such as the Internet. */
    openWorldHint: boolean
  }
  /** The arguments. Messages complete the sentence "<name> ...". */
  input: Input
  /** `data` of the result. */
  output: InputSchema
  /** Does the work. An `ActionError` becomes the result; anything else becomes `InternalError`. */
  run(input: v.InferOutput<Input>, call: ToolCall): Promise<ToolResult>
}

export interface ToolResult {
  data: Record<string, unknown>
  /** A picture as PNG. */
  picture?: Uint8Array | undefined
}

/** What the work of a tool knows about its invocation. */
export interface ToolCall extends Call {
  /** Names the sandbox that the tool acts on, for the log. */
  concerns(sandboxId: string): void
  /** Reports how far the work is, if the client wants to know. */
  progress(message: string): Promise<void>
}

/** Checks the types of a tool, and hides that of its input, so that tools with different inputs fit into one list. */
export function tool<Input extends InputSchema>(definition: Tool<Input>): Tool {
  return definition as unknown as Tool
}

/**
 * Checks the right and the arguments, and runs the tool within the deadline of the call.
 * @throws {ActionError} and nothing else
 */
export async function runTool({ right, input, run }: Tool, values: object, call: ToolCall): Promise<ToolResult> {
  try {
    checkRight(call.caller, right)
    // Models send null for an argument that they leave out.
    const present = Object.entries(values).filter(([, value]) => value !== null)
    const checked = validate(input, new Map(present))
    return await beforeDeadline(call, run(checked, call))
  } catch (error) {
    throw toActionError(error)
  }
}

async function beforeDeadline<T>({ deadline }: Call, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(outOfTime()), Math.max(0, deadline - Date.now()))
  })
  try {
    return await Promise.race([work, timeout])
  } finally {
    clearTimeout(timer)
  }
}

/** The text that a model reads about a failed call. */
export function describeFailure(error: ActionError, { log, requestId }: Call): string {
  // The cloud may have quoted a secret. It is hidden before the text is cut, so that no part of it is left.
  return `${error.code}: ${log.redact(error.message).slice(0, 1_000).trim()} (request ${requestId})`
}
