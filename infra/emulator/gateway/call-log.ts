export interface LoggedCall {
  action: string
  requestId: string
  /** The HTTP status of the response; 0 if the connection was closed without one. */
  status: number
  code?: string
  /** Milliseconds since 1970, on the emulator's clock. */
  time: number
  params: Record<string, string>
  /** The JSON body, for a service whose parameters are in it. Texts of more than 1,000 characters are truncated. */
  body?: Record<string, unknown>
}

const maxCalls = 100_000
const maxCharacters = 32 * 1024 * 1024

/** The latest calls in order, with secrets: 100,000 at most, and fewer if their parameters are long. */
export class CallLog {
  readonly calls: LoggedCall[] = []
  #characters = 0

  add(call: LoggedCall): void {
    this.calls.push(call)
    this.#characters += size(call)
    // Drops many at a time: a shift for each call would move the whole list each time.
    while (this.calls.length > maxCalls || (this.#characters > maxCharacters && this.calls.length > 1)) {
      const dropped = this.calls.splice(0, Math.ceil(this.calls.length / 10))
      for (const old of dropped) this.#characters -= size(old)
    }
  }

  clear(): void {
    this.calls.length = 0
    this.#characters = 0
  }
}

function size(call: LoggedCall): number {
  const ofParams = Object.entries(call.params).reduce((sum, [name, value]) => sum + name.length + value.length, 0)
  return call.body === undefined ? ofParams : ofParams + JSON.stringify(call.body).length
}
