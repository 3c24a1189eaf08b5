type Key = Pick<KeyboardEvent, 'type' | 'key' | 'ctrlKey' | 'altKey' | 'shiftKey'>

// Alt with Shift is Meta on some systems.
const MODIFIERS = new Set(['Control', 'Alt', 'AltGraph', 'Shift', 'Meta'])

/**
 * Returns a function that takes all key events and returns true when Ctrl+Alt+Shift was pressed and released without
 * another key: the shortcut that leaves a desktop, which takes all other keys. Only the release of the last of the three
 * counts, so that the desktop gets all key-up events and no key remains pressed there.
 */
export function createLeaveShortcut(): (event: Key) => boolean {
  let isArmed = false
  return ({ type, key, ctrlKey, altKey, shiftKey }) => {
    if (type === 'keydown') {
      isArmed = MODIFIERS.has(key) && (isArmed || (ctrlKey && altKey && shiftKey))
      return false
    }
    const isComplete = isArmed && !ctrlKey && !altKey && !shiftKey
    if (isComplete) isArmed = false
    return isComplete
  }
}
