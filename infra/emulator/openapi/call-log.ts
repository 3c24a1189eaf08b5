export interface LoggedCall {
  action: string
  requestId: string
  /** The HTTP status answered; 0 when the connection was cut instead. */
  status: number
  code?: string
  /** Milliseconds since 1970, on the emulator's clock. */
  time: number
  params: Record<string, string>
  /** The JSON body, of a service whose parameters stand there; texts of more than 1,000 characters are cut. */
  body?: Record<string, unknown>
}

const mostCalls = 100_000
const mostCharacters = 32 * 1024 * 1024

/** The latest calls in order, secrets included: 100,000 at most, and fewer when their parameters are long. */
export class CallLog {
  readonly calls: LoggedCall[] = []
  #characters = 0

  add(call: LoggedCall): void {
    this.calls.push(call)
    this.#characters += size(call)
    // Dropped in bulk: a shift for each call would move the whole list each time.
    while (this.calls.length > mostCalls || (this.#characters > mostCharacters && this.calls.length > 1)) {
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
