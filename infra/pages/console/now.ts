import { useEffect, useState } from 'preact/hooks'

const listeners = new Set<() => void>()
let ticking: ReturnType<typeof setInterval> | undefined

const tick = () => {
  if (document.hidden) return
  for (const listener of listeners) listener()
}

/** The time in milliseconds since 1970; draws the component again each second while the page is seen. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const listener = () => setNow(Date.now())
    listeners.add(listener)
    ticking ??= setInterval(tick, 1_000)
    document.addEventListener('visibilitychange', listener)
    return () => {
      document.removeEventListener('visibilitychange', listener)
      listeners.delete(listener)
      if (listeners.size > 0) return
      clearInterval(ticking)
      ticking = undefined
    }
  }, [])
  return now
}
