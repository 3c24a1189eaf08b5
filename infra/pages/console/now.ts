import { useEffect, useRef, useState } from 'preact/hooks'

const listeners = new Set<() => void>()
let ticking: ReturnType<typeof setInterval> | undefined

const tick = () => {
  if (document.hidden) return
  for (const listener of listeners) listener()
}

/**
 * The time in milliseconds since 1970. Each second while the page is seen it is looked whether what is said of it has
 * changed, and the component drawn again if so.
 */
export function useNow(said: (now: number) => unknown): number {
  const now = Date.now()
  const latest = useRef(said)
  latest.current = said
  const [, draw] = useState(() => said(now))
  useEffect(() => {
    const look = () => draw(latest.current(Date.now()))
    listeners.add(look)
    ticking ??= setInterval(tick, 1_000)
    document.addEventListener('visibilitychange', look)
    return () => {
      document.removeEventListener('visibilitychange', look)
      listeners.delete(look)
      if (listeners.size > 0) return
      clearInterval(ticking)
      ticking = undefined
    }
  }, [])
  return now
}
