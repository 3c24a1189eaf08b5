import type RFB from '@novnc/novnc'
import { useEffect, useRef, useState } from 'preact/hooks'
import { Icon } from '../common/icon.tsx'
import { useWords } from '../common/language.ts'
import { keysymsOfEdit } from './keysyms.ts'
import { words } from './words.ts'

/** Before the cursor there must always be something that can be deleted. */
const START = '_'.repeat(50)

/** A text that has grown so long begins anew. */
const LONGEST = 500

/**
 * Opens the keyboard of a phone and types with it into the desktop. Such keyboards tell no keys, only what they make of a
 * text that one writes: so there is a field that nobody sees, and each edit of it becomes keys.
 */
export function TouchKeyboard({ rfb, isOff }: { rfb: RFB | undefined; isOff: boolean }) {
  const { desktop } = useWords(words)
  const field = useRef<HTMLTextAreaElement>(null)
  const text = useRef(START)
  const [isOpen, setOpen] = useState(false)

  useEffect(() => {
    if (rfb) rfb.focusOnClick = !isOpen // else a tap into the desktop would close the keyboard
  }, [rfb, isOpen])

  const begin = (element: HTMLTextAreaElement) => {
    text.current = START
    element.value = START
    element.setSelectionRange(START.length, START.length)
  }
  const type = (element: HTMLTextAreaElement, isComposing: boolean) => {
    for (const keysym of keysymsOfEdit(text.current, element.value)) rfb?.sendKey(keysym, null)
    text.current = element.value
    // Not in the middle of a word that the keyboard still completes.
    if (!isComposing && (element.value === '' || element.value.length > LONGEST)) begin(element)
  }

  return (
    <>
      <button
        type="button"
        class="button quiet icon-only"
        aria-label={desktop.keyboard}
        title={desktop.keyboard}
        aria-pressed={isOpen}
        disabled={isOff}
        onMouseDown={(event) => event.preventDefault()} // the field keeps the focus, so that the click can end it
        onClick={() => (isOpen ? field.current?.blur() : field.current?.focus())}
      >
        <Icon name="keyboard" />
      </button>
      <textarea
        ref={field}
        class="visually-hidden touch-keyboard"
        aria-label={desktop.keyboard}
        tabIndex={-1}
        autocapitalize="off"
        autocomplete="off"
        autocorrect="off"
        spellcheck={false}
        onFocus={({ currentTarget }) => {
          begin(currentTarget)
          setOpen(true)
        }}
        onBlur={() => setOpen(false)}
        onInput={(event) => type(event.currentTarget, event.isComposing)}
      />
    </>
  )
}
