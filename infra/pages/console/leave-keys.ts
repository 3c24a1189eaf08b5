/** What of a key event matters here. */
type Key = Pick<KeyboardEvent, 'type' | 'key' | 'ctrlKey' | 'altKey' | 'shiftKey'>

// Alt with Shift is Meta on some systems.
const MODIFIERS = new Set(['Control', 'Alt', 'AltGraph', 'Shift', 'Meta'])

/**
 * Tells when Ctrl+Alt+Shift was pressed and released, with no other key between: the way out of a desktop that takes
 * all keys. Only the release of the last of them counts, so that the desktop has got its key-up events and none hangs
 * there.
 */
export function createLeaveKeys(): (event: Key) => boolean {
  let isArmed = false
  return ({ type, key, ctrlKey, altKey, shiftKey }) => {
    if (type === 'keydown') {
      isArmed = MODIFIERS.has(key) && (isArmed || (ctrlKey && altKey && shiftKey))
      return false
    }
    const isDone = isArmed && !ctrlKey && !altKey && !shiftKey
    if (isDone) isArmed = false
    return isDone
  }
}
