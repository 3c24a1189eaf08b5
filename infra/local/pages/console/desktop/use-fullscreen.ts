import type { RefObject } from 'preact'
import { useEffect, useState } from 'preact/hooks'

/** In full screen, some browsers pass even Esc to a page that asks for it (Keyboard Lock API). */
type WithKeyboard = { keyboard?: { lock(codes: string[]): Promise<void>; unlock(): void } }

/**
 * Returns whether the element is in full screen, and how to toggle it. In full screen, Esc goes to the desktop if the
 * browser supports that.
 */
export function useFullscreen(element: RefObject<HTMLElement | null>) {
  const [isFullscreen, setFullscreen] = useState(false)
  useEffect(() => {
    const update = () => setFullscreen(document.fullscreenElement !== null)
    document.addEventListener('fullscreenchange', update)
    return () => document.removeEventListener('fullscreenchange', update)
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
    } catch {} // the browser does not allow it: the desktop stays as it is
  }
  return { isFullscreen, isSupported: document.fullscreenEnabled, toggle }
}
