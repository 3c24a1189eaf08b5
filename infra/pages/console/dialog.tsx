import './dialog.css'
import type { ComponentChildren } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'

type DialogProps = {
  title: string
  /** Called when it is to go: Esc, or the way back on a phone. */
  onClose: () => void
  /** It stays until its work is done. */
  isBusy?: boolean
  children: ComponentChildren
}

/** A question or a form before everything else. The focus goes back to where it came from. */
export function Dialog({ title, onClose, isBusy = false, children }: DialogProps) {
  const id = useId()
  const dialog = useRef<HTMLDialogElement>(null)
  const latest = useRef({ onClose, isBusy })
  latest.current = { onClose, isBusy }
  useLayoutEffect(() => {
    const element = dialog.current
    if (!element) return
    const closed = () => {
      const { onClose, isBusy } = latest.current
      if (isBusy) show(element)
      else onClose()
    }
    element.addEventListener('close', closed)
    show(element)
    return () => {
      // The event comes later, when another dialog may be open.
      element.removeEventListener('close', closed)
      element.close()
    }
  }, [])
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault() // browsers do not heed it twice in a row: then it closes
        if (!isBusy) onClose()
      }}
    >
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  )
}

function show(dialog: HTMLDialogElement): void {
  dialog.showModal()
  // The first field, which of radio buttons is the chosen one; without fields the first button has it already.
  dialog.querySelector<HTMLElement>('input:not([type=radio]), input:checked')?.focus()
}
