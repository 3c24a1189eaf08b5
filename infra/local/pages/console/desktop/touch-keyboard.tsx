import type RFB from '@novnc/novnc'
import { useEffect, useRef, useState } from 'preact/hooks'
import { Icon } from '../../common/icon.tsx'
import { useTexts } from '../../common/language.ts'
import { consoleTexts } from '../texts/texts.ts'
import { keysymsOfEdit } from './keysyms.ts'

/** Initial text of the field, so that there is always something before the cursor to delete. */
const INITIAL_TEXT = '_'.repeat(50)

/** A longer text is reset to the initial text. */
const MAX_LENGTH = 500

/**
 * Opens the keyboard of a phone and types with it into the desktop. Such a keyboard does not send key events for its
 * keys, it only edits a text. So there is a hidden field, and each edit of it is translated to keys.
 */
export function TouchKeyboard({ rfb, isDisabled }: { rfb: RFB | undefined; isDisabled: boolean }) {
  const { desktop } = useTexts(consoleTexts)
  const field = useRef<HTMLTextAreaElement>(null)
  const text = useRef(INITIAL_TEXT)
  const [isOpen, setOpen] = useState(false)

  useEffect(() => {
    if (rfb) rfb.focusOnClick = !isOpen // otherwise a tap into the desktop would close the keyboard
  }, [rfb, isOpen])

  const reset = (element: HTMLTextAreaElement) => {
    text.current = INITIAL_TEXT
    element.value = INITIAL_TEXT
    element.setSelectionRange(INITIAL_TEXT.length, INITIAL_TEXT.length)
  }
  const type = (element: HTMLTextAreaElement, isComposing: boolean) => {
    for (const keysym of keysymsOfEdit(text.current, element.value)) rfb?.sendKey(keysym, null)
    text.current = element.value
    // Not while the keyboard is still composing a word.
    if (!isComposing && (element.value === '' || element.value.length > MAX_LENGTH)) reset(element)
  }

  return (
    <>
      <button
        type="button"
        class="button quiet icon-only"
        aria-label={desktop.keyboard}
        title={desktop.keyboard}
        aria-pressed={isOpen}
        disabled={isDisabled}
        onMouseDown={(event) => event.preventDefault()} // the field keeps the focus, so that the click can blur it
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
          reset(currentTarget)
          setOpen(true)
        }}
        onBlur={() => setOpen(false)}
        onInput={(event) => type(event.currentTarget, event.isComposing)}
      />
    </>
  )
}
