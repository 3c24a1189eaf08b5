export type Poller = {
  /** Looks now; if a look is under way, once more after it: what was just done may not be in that one. */
  refresh(): void
  /** Looks now, unless a look is under way. */
  wake(): void
  stop(): void
}

type PollerOptions = {
  /** Never rejects. */
  look(signal: AbortSignal): Promise<void>
  /** Asked after each look: how long to wait for the next, in milliseconds; undefined: until it is woken. */
  pause(): number | undefined
}

/** Looks again and again, never twice at the same time. */
export function createPoller({ look, pause }: PollerOptions): Poller {
  const ending = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  let isLooking = false
  let isWantedAgain = false

  const run = async () => {
    clearTimeout(timer)
    isLooking = true
    do {
      isWantedAgain = false
      await look(ending.signal)
    } while (isWantedAgain && !ending.signal.aborted)
    isLooking = false
    const delay = ending.signal.aborted ? undefined : pause()
    if (delay !== undefined) timer = setTimeout(run, delay)
  }
  const wake = () => {
    if (!isLooking && !ending.signal.aborted) run()
  }
  return {
    wake,
    refresh() {
      isWantedAgain = isLooking
      wake()
    },
    stop() {
      clearTimeout(timer)
      ending.abort()
    },
  }
}
