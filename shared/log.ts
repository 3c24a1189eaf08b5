import { inspect } from 'node:util'

// Least important first: `log.level` of the configuration hides all lines below it.
const LEVELS = ['info', 'warn', 'error'] as const

export type Level = (typeof LEVELS)[number]

/** One call to the cloud, as the log of an invocation shows it. */
export interface CloudCall {
  action: string
  /** The cloud's request id, which its support asks for. */
  requestId: string | undefined
  /** 1 if the first try got an answer. */
  tries: number
  /** From the first try to the last answer, including the waits between tries. */
  milliseconds: number
  status: number | undefined
  /** The cloud's code, or else the kind of failure. */
  error: string | undefined
}

/** What an invocation logs at its end, in addition to the cloud calls and notes that it collected. */
export interface LogEntry {
  requestId: string
  action: string
  /** The tools that a request to `/mcp` calls, separated by commas. */
  tool?: string | undefined
  caller: string
  /** The owner of the sandboxes that the caller creates. */
  owner?: string | undefined
  /** The sandbox that was the subject of the call, or that the call created. */
  sandboxId?: string | undefined
  status: number
  code: string | undefined
  milliseconds: number
  cold: boolean
  /** What a timer or an event did, because it has no caller to tell: ids, counts and fixed words. */
  result?: object | undefined
  /** The error with all its causes, for the operator; the caller never sees it. */
  error: unknown
}

/** The log of one invocation. It collects, hides secrets, and writes one line at the end. */
export interface Log {
  /** Hides this text from now on, in the line of this invocation and in what `redact` returns. */
  secret(value: string | undefined): void
  /** Returns the text without the secrets known so far. */
  redact(text: string): string
  cloud(call: CloudCall): void
  /** Adds a remark for the operator. The line gets at least this level; the default is `warn`. */
  note(message: string, level?: Level): void
  end(entry: LogEntry): void
}

// Of more calls or notes than this, the line has only the number: a listing makes a call for each page, and an event
// may add a note for each of its messages.
const MAX_CLOUD_CALLS = 50
const MAX_NOTES = 50
const MAX_NOTE_LENGTH = 2_000

export interface LogSettings {
  level: Level
  /** `json`: one JSON object per line. `text`: the same for people. */
  format: 'json' | 'text'
  /** Secrets of the configuration. */
  secrets: readonly string[]
}

/** Starts the log of one invocation. */
export function startLog({ level, format, secrets }: LogSettings, write = writeLine): Log {
  const hidden = new Set(secrets)
  const cloud: CloudCall[] = []
  let moreCloudCalls = 0
  let moreNotes = 0
  const notes: string[] = []
  let worst = 0
  const hide = (text: string) => redact(text, hidden)

  return {
    secret(value = '') {
      hidden.add(value)
    },
    redact: hide,
    cloud(call) {
      if (cloud.length < MAX_CLOUD_CALLS) cloud.push(call)
      else moreCloudCalls += 1
    },
    note(message, level = 'warn') {
      if (notes.length < MAX_NOTES) notes.push(message)
      else moreNotes += 1
      worst = Math.max(worst, LEVELS.indexOf(level))
    },
    end({ error, ...entry }) {
      const rank = Math.max(worst, entry.status >= 500 ? 2 : entry.status >= 400 ? 1 : 0)
      if (rank < LEVELS.indexOf(level)) return
      // Redact only the fields that may quote others: a key with the value "status" must not damage the rest of the
      // line.
      const line = {
        time: new Date().toISOString(),
        level: LEVELS[rank],
        ...entry,
        cloud: cloud.map((call) => ({ ...call, error: call.error && hide(call.error) })),
        moreCloudCalls: moreCloudCalls || undefined,
        notes: notes.map((note) => hide(note).slice(0, MAX_NOTE_LENGTH)),
        moreNotes: moreNotes || undefined,
        // Stack traces only for bugs (500).
        error: error === undefined ? undefined : hide(entry.status === 500 ? inspect(error) : messagesOf(error)),
      }
      write(format === 'text' ? toText(line) : JSON.stringify(line))
    },
  }
}

function messagesOf(error: unknown): string {
  return error instanceof Error ? `${error.message} ${messagesOf(error.cause)}`.trim() : ''
}

/**
 * Replaces every secret in the text: as it is, and as JSON, a URL or a form writes it. Secrets of fewer than four
 * characters stay, because they would match ordinary words; no key or password that
 * short is accepted.
 */
export function redact(text: string, secrets: Iterable<string>): string {
  let result = text
  // Redact each line of a multi-line secret, because a quotation may indent the lines. Redact the longest first: if one
  // secret contains another, replacing the shorter one first would leave the rest of the longer one.
  const lines = [...secrets].flatMap((secret) => [
    secret,
    ...secret
      .split('\n')
      .map((line) => line.trim())
      .filter(({ length }) => length > 7),
  ])
  for (const secret of lines.sort((a, b) => b.length - a.length)) {
    if (secret.length > 3) for (const form of formsOf(secret)) result = result.replaceAll(form, '[redacted]')
  }
  return result
}

function formsOf(secret: string): string[] {
  const url = encodeURIComponent(secret.toWellFormed())
  // The Signer of @volcengine/openapi escapes these characters too.
  const strict = url.replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
  return [secret, JSON.stringify(secret).slice(1, -1), url, strict, `${new URLSearchParams([['', secret]])}`.slice(1)]
}

interface Line extends LogEntry {
  time: string
  cloud: readonly CloudCall[]
  moreCloudCalls: number | undefined
  notes: readonly string[]
  moreNotes: number | undefined
  error: string | undefined
}

function toText(line: Line): string {
  const calls = line.cloud.map(({ action, error, status, milliseconds, requestId, tries }) =>
    words(action, error ?? status, `${milliseconds} ms`, requestId, tries > 1 && `${tries} tries`),
  )
  const { time, action, tool, status, code, sandboxId, milliseconds, cold, requestId } = line
  const clock = time.slice(11, 23)
  const caller = [line.caller, line.owner !== line.caller && line.owner].filter(Boolean).join(' of ')
  const first = words(
    clock,
    action,
    tool,
    status,
    code,
    sandboxId,
    `${milliseconds} ms`,
    cold && 'cold',
    caller,
    requestId,
  )
  // A note may quote others: a line break in it must not look like a new entry.
  const notes = line.notes.map((note) => note.replaceAll('\n', ' '))
  const more = line.moreCloudCalls && `and ${line.moreCloudCalls} more calls to the cloud`
  const others = line.moreNotes && `and ${line.moreNotes} more notes`
  const lines = [first, ...calls, more, ...notes, others, line.result && JSON.stringify(line.result), line.error]
  // Quoted text must not control the terminal that shows it.
  return lines
    .filter(Boolean)
    .join('\n  ')
    .replace(/(?!\n)[\p{C}\p{Zl}\p{Zp}]/gu, '?')
}

const words = (...found: unknown[]) => found.filter(Boolean).join(' ')

// Not console.log: on AWS Lambda it writes a prefix before each line, and a JSON line must begin with its brace.
function writeLine(line: string): void {
  process.stdout.write(`${line}\n`)
}
