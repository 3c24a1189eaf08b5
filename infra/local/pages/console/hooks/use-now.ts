import { useEffect, useRef, useState } from 'preact/hooks'

const listeners = new Set<() => void>()
let interval: ReturnType<typeof setInterval> | undefined

const tick = () => {
  if (document.hidden) return
  for (const listener of listeners) listener()
}

/**
 * Returns the time in milliseconds since 1970. Calls `select` with the time each second while the page is visible, and
 * renders the component again when the result changes.
 */
export function useNow(select: (now: number) => unknown): number {
  const now = Date.now()
  const latestSelect = useRef(select)
  latestSelect.current = select
  const [, setSelected] = useState(() => select(now))
  useEffect(() => {
    const update = () => setSelected(latestSelect.current(Date.now()))
    listeners.add(update)
    interval ??= setInterval(tick, 1_000)
    document.addEventListener('visibilitychange', update)
    return () => {
      document.removeEventListener('visibilitychange', update)
      listeners.delete(update)
      if (listeners.size > 0) return
      clearInterval(interval)
      interval = undefined
    }
  }, [])
  return now
}
