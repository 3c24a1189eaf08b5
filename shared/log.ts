/** How important a line is; `log.level` of the configuration hides everything below it. */
export type Level = 'debug' | 'info' | 'warn' | 'error'

/** One call to the cloud, as it stands in the log of the invocation that made it. */
export interface CloudCall {
  action: string
  /** The cloud's own request id, for its support. */
  requestId?: string
  /** 1 when the first try was answered. */
  tries: number
  /** From the first try to the last answer, waits between the tries included. */
  milliseconds: number
  status?: number
  error?: string
}

/** What an invocation writes when it ends, beside the cloud calls and notes collected on the way. */
export interface Outcome {
  requestId: string
  action: string
  caller: string
  status: number
  code?: string
  milliseconds: number
  cold: boolean
  /** The failure whole, with its causes, for the operator; never for the caller. */
  error?: unknown
}

/** The log of one invocation: collects, hides secrets, and writes one line at the end. */
export interface Log {
  /** From here on this text never appears in a line of this invocation, nor in what `redact` returns. */
  secret(value: string | undefined): void
  /** The text without the secrets known so far. */
  redact(text: string): string
  cloud(call: CloudCall): void
  /** A remark for the operator. */
  note(message: string): void
  end(outcome: Outcome): void
}

export interface LogSettings {
  level: Level
  /** `json`: one JSON object a line. `text`: the same for people. */
  format: 'json' | 'text'
  /** Secrets of the configuration. */
  secrets: readonly string[]
}

const ranks: Record<Level, number> = { debug: 0, info: 1, warn: 2, error: 3 }

/** Starts the log of one invocation. */
export function startLog(settings: LogSettings, write: (line: string) => void = writeLine): Log {
  const secrets = new Set(settings.secrets)
  const cloud: CloudCall[] = []
  const notes: string[] = []
  const hide = (text: string) => redact(text, secrets)

  return {
    secret(value) {
      if (value !== undefined) secrets.add(value)
    },
    redact: hide,
    cloud: (call) => cloud.push(call),
    note: (message) => notes.push(message),
    end(outcome) {
      const level = levelOf(outcome.status, notes.length > 0)
      if (ranks[level] < ranks[settings.level]) return
      const { error, ...rest } = outcome
      const line = {
        time: new Date().toISOString(),
        level,
        ...rest,
        cloud,
        ...(notes.length > 0 && { notes: notes.map(hide) }),
        ...(error !== undefined && { error: describe(error, hide) }),
      }
      write(hide(settings.format === 'text' ? toText(line) : JSON.stringify(line)))
    },
  }
}

/**
 * Replaces every secret in the text, as it is, as JSON writes it and as a URL writes it. Shorter than four characters
 * is left alone: it would eat ordinary words, and no key or password that short is accepted anywhere.
 */
export function redact(text: string, secrets: Iterable<string>): string {
  let result = text
  for (const secret of secrets) {
    if (secret.length < 4) continue
    result = result.replaceAll(secret, '[redacted]')
    const json = JSON.stringify(secret).slice(1, -1)
    if (json !== secret) result = result.replaceAll(json, '[redacted]')
    const url = encodeURIComponent(secret.toWellFormed())
    if (url !== secret) result = result.replaceAll(url, '[redacted]')
  }
  return result
}

function levelOf(status: number, hasNotes: boolean): Level {
  if (status >= 500) return 'error'
  return status >= 400 || hasNotes ? 'warn' : 'info'
}

interface ErrorDescription {
  message: string
  stack?: string
  cause?: ErrorDescription
}

function describe(error: unknown, hide: (text: string) => string, depth = 0): ErrorDescription {
  if (!(error instanceof Error)) return { message: hide(String(error)) }
  return {
    message: hide(error.message),
    ...(error.stack !== undefined && { stack: hide(error.stack) }),
    ...(error.cause !== undefined && depth < 5 && { cause: describe(error.cause, hide, depth + 1) }),
  }
}

interface Line extends Outcome {
  time: string
  level: Level
  cloud: readonly CloudCall[]
  notes?: string[]
  error?: ErrorDescription
}

function toText(line: Line): string {
  const { time, action, status, code, milliseconds, caller, requestId, cold, cloud, notes = [], error } = line
  const head = [
    time.slice(11, 23),
    action,
    status,
    ...(code === undefined ? [] : [code]),
    `${milliseconds} ms`,
    ...(cold ? ['cold'] : []),
    ...(caller === '' ? [] : [`caller=${caller}`]),
    `request=${requestId}`,
  ]
  const calls = cloud.map(
    (call) =>
      `${call.action} ${call.error ?? call.status ?? ''} ${call.milliseconds} ms` +
      `${call.tries > 1 ? ` in ${call.tries} tries` : ''}${call.requestId === undefined ? '' : ` (${call.requestId})`}`,
  )
  const causes: string[] = []
  for (let at = error; at !== undefined; at = at.cause)
    causes.push(status === 500 ? (at.stack ?? at.message) : at.message)
  return [head.join(' '), ...calls, ...notes, ...causes].join('\n  ')
}

// Not console.log: AWS Lambda's writes a prefix before each line, and a JSON line has to begin with its brace.
function writeLine(line: string): void {
  process.stdout.write(`${line}\n`)
}
