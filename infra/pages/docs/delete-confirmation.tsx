import { useLayoutEffect, useRef } from 'preact/hooks'
import { useTexts } from '../common/language.ts'
import { docsTexts } from './texts.ts'

/** Asks before a machine is deleted. Enter presses the button that keeps it. */
export function DeleteConfirmation({ onKeep, onDelete }: { onKeep: () => void; onDelete: () => void }) {
  const all = useTexts(docsTexts).try
  const keep = useRef<HTMLButtonElement>(null)
  useLayoutEffect(() => keep.current?.focus(), []) // before the next key
  return (
    <div class="question" role="alertdialog" aria-label={all.deletes}>
      <p>{all.deletes}</p>
      <div class="try-actions">
        <button type="button" class="button" ref={keep} onClick={onKeep}>
          {all.keep}
        </button>
        <button type="button" class="button danger" onClick={onDelete}>
          {all.delete}
        </button>
      </div>
    </div>
  )
}
