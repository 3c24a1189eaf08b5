import './dialog.css'
import type { ComponentChildren } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'

type DialogProps = {
  title: string
  /** Called after Esc, or the back gesture of a phone. */
  onClose: () => void
  /** The dialog cannot be closed while it is busy. */
  isBusy?: boolean
  children: ComponentChildren
}

/** A modal dialog. After it closes, the focus returns to the element that had it before. */
export function Dialog({ title, onClose, isBusy = false, children }: DialogProps) {
  const id = useId()
  const dialog = useRef<HTMLDialogElement>(null)
  const latest = useRef({ onClose, isBusy })
  latest.current = { onClose, isBusy }
  useLayoutEffect(() => {
    const element = dialog.current
    if (!element) return
    const onDialogClose = () => {
      const { onClose, isBusy } = latest.current
      if (isBusy) show(element)
      else onClose()
    }
    element.addEventListener('close', onDialogClose)
    show(element)
    return () => {
      // The close event comes later, when another dialog may be open.
      element.removeEventListener('close', onDialogClose)
      element.close()
    }
  }, [])
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault() // browsers ignore it the second time in a row, and close the dialog
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
  // Focus the first field, or the checked radio button. Without fields, the first button already has the focus.
  dialog.querySelector<HTMLElement>('input:not([type=radio]), input:checked')?.focus()
}
