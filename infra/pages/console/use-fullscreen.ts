import type { RefObject } from 'preact'
import { useEffect, useState } from 'preact/hooks'

/** Some browsers hand even Esc to a page in full screen, where it asks for that (Keyboard Lock). */
type WithKeyboard = { keyboard?: { lock(codes: string[]): Promise<void>; unlock(): void } }

/**
 * Whether the element has the whole screen, and how to change that. In full screen, Esc belongs to the desktop where
 * possible.
 */
export function useFullscreen(element: RefObject<HTMLElement | null>) {
  const [isFull, setFull] = useState(false)
  useEffect(() => {
    const look = () => setFull(document.fullscreenElement !== null)
    document.addEventListener('fullscreenchange', look)
    return () => document.removeEventListener('fullscreenchange', look)
  }, [])
  const toggle = async () => {
    const { keyboard } = navigator as WithKeyboard
    if (document.fullscreenElement) {
      keyboard?.unlock()
      return document.exitFullscreen()
    }
    try {
      await element.current?.requestFullscreen({ navigationUI: 'hide' })
      await keyboard?.lock(['Escape'])
    } catch {} // it is not allowed here: the desktop stays as it is
  }
  return { isFull, isPossible: document.fullscreenEnabled, toggle }
}
