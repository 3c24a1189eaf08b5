export type Poller = {
  /** Polls now, or again after the current poll, which may be too early to see a change that was just made. */
  refresh(): void
  /** Polls now, unless a poll is in progress. */
  wake(): void
  stop(): void
}

type PollerOptions = {
  /** Never rejects. */
  poll(signal: AbortSignal): Promise<void>
  /** Called after each poll. Returns the delay before the next one in milliseconds; undefined: wait for a call. */
  nextDelay(): number | undefined
}

/** Polls repeatedly, never twice at the same time. */
export function createPoller({ poll, nextDelay }: PollerOptions): Poller {
  const stopping = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  let isPolling = false
  let mustRepeat = false

  const run = async () => {
    clearTimeout(timer)
    isPolling = true
    do {
      mustRepeat = false
      await poll(stopping.signal)
    } while (mustRepeat && !stopping.signal.aborted)
    isPolling = false
    const delay = stopping.signal.aborted ? undefined : nextDelay()
    if (delay !== undefined) timer = setTimeout(run, delay)
  }
  const wake = () => {
    if (!isPolling && !stopping.signal.aborted) run()
  }
  return {
    wake,
    refresh() {
      mustRepeat = isPolling
      wake()
    },
    stop() {
      clearTimeout(timer)
      stopping.abort()
    },
  }
}
