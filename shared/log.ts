import { inspect } from 'node:util'

// How important a line is: `log.level` of the configuration hides everything below it.
const LEVELS = ['info', 'warn', 'error'] as const

export type Level = (typeof LEVELS)[number]

/** One call to the cloud, as it stands in the log of the invocation that made it. */
export interface CloudCall {
  action: string
  /** The cloud's own request id, for its support. */
  requestId: string | undefined
  /** 1 when the first try was answered. */
  tries: number
  /** From the first try to the last answer, waits between the tries included. */
  milliseconds: number
  status: number | undefined
  /** The cloud's code, or in a word how it failed. */
  error: string | undefined
}

/** What an invocation writes when it ends, beside the cloud calls and notes collected on the way. */
export interface Outcome {
  requestId: string
  action: string
  caller: string
  /** The sandbox that it was about, or that it made. */
  sandboxId?: string | undefined
  status: number
  code: string | undefined
  milliseconds: number
  cold: boolean
  /** What it did, where nobody gets an answer: ids, counts and our own words. */
  result?: object | undefined
  /** The failure whole, with its causes, for the operator; never for the caller. */
  error: unknown
}

/** The log of one invocation: collects, hides secrets, and writes one line at the end. */
export interface Log {
  /** From here on this text never appears in a line of this invocation, nor in what `redact` returns. */
  secret(value: string | undefined): void
  /** The text without the secrets known so far. */
  redact(text: string): string
  cloud(call: CloudCall): void
  /** A remark for the operator. The line is at least of its level: `warn` unless given. */
  note(message: string, level?: Level): void
  end(outcome: Outcome): void
}

// A line holds the first of its calls and notes, and the number of the others: a listing has a call for each page, an event
// may have a note for each of its messages.
const MAX_CLOUD_CALLS = 50
const MAX_NOTES = 50
const MAX_NOTE_LENGTH = 2_000

export interface LogSettings {
  level: Level
  /** `json`: one JSON object a line. `text`: the same for people. */
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
    end({ error, ...outcome }) {
      const rank = Math.max(worst, outcome.status >= 500 ? 2 : outcome.status >= 400 ? 1 : 0)
      if (rank < LEVELS.indexOf(level)) return
      // Only what can hold a stranger's words is searched: a caller's key called "status" must not eat our own.
      const line = {
        time: new Date().toISOString(),
        level: LEVELS[rank],
        ...outcome,
        cloud: cloud.map((call) => ({ ...call, error: call.error && hide(call.error) })),
        moreCloudCalls: moreCloudCalls || undefined,
        notes: notes.map((note) => hide(note).slice(0, MAX_NOTE_LENGTH)),
        moreNotes: moreNotes || undefined,
        // Where in the code it happened matters of a bug alone; of the rest, what happened.
        error: error === undefined ? undefined : hide(outcome.status === 500 ? inspect(error) : messagesOf(error)),
      }
      write(format === 'text' ? toText(line) : JSON.stringify(line))
    },
  }
}

function messagesOf(error: unknown): string {
  return error instanceof Error ? `${error.message} ${messagesOf(error.cause)}`.trim() : ''
}

/**
 * Replaces every secret in the text: as it is, and as JSON, a URL or a form writes it. Shorter than four characters is
 * left alone: it would eat ordinary words, and no key or password that short is accepted anywhere.
 */
export function redact(text: string, secrets: Iterable<string>): string {
  let result = text
  // Of several lines each is hidden for itself: what quotes them may indent them. And the longest goes first: of a
  // secret inside another, the rest of the other would be left.
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
  // The Signer escapes these too.
  const strict = url.replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
  return [secret, JSON.stringify(secret).slice(1, -1), url, strict, `${new URLSearchParams([['', secret]])}`.slice(1)]
}

interface Line extends Outcome {
  time: string
  cloud: readonly CloudCall[]
  moreCloudCalls: number | undefined
  notes: readonly string[]
  moreNotes: number | undefined
  error: string | undefined
}

function toText({
  time,
  action,
  sandboxId,
  status,
  code,
  milliseconds,
  cold,
  caller,
  requestId,
  ...line
}: Line): string {
  const calls = line.cloud.map((call) =>
    words(
      call.action,
      call.error ?? call.status,
      `${call.milliseconds} ms`,
      call.requestId,
      call.tries > 1 && `${call.tries} tries`,
    ),
  )
  const first = words(
    time.slice(11, 23),
    action,
    status,
    code,
    sandboxId,
    `${milliseconds} ms`,
    cold && 'cold',
    caller,
    requestId,
  )
  // What strangers wrote must not steer the terminal that shows it.
  // A note may hold a stranger's words, and must not look like another entry.
  const notes = line.notes.map((note) => note.replaceAll('\n', ' '))
  const more = line.moreCloudCalls && `and ${line.moreCloudCalls} more calls to the cloud`
  const others = line.moreNotes && `and ${line.moreNotes} more notes`
  return [first, ...calls, more, ...notes, others, line.result && JSON.stringify(line.result), line.error]
    .filter(Boolean)
    .join('\n  ')
    .replace(/(?!\n)[\p{C}\p{Zl}\p{Zp}]/gu, '?')
}

const words = (...found: unknown[]) => found.filter(Boolean).join(' ')

// Not console.log: AWS Lambda's writes a prefix before each line, and a JSON line has to begin with its brace.
function writeLine(line: string): void {
  process.stdout.write(`${line}\n`)
}
