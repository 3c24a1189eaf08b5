import { useEffect, useRef } from 'preact/hooks'
import { useWords } from '../common/language.ts'
import { words } from './words.ts'

/** Asks before a machine goes for ever. The button that Enter presses keeps it; the other one sends the form. */
export function Question({ onKeep }: { onKeep: () => void }) {
  const all = useWords(words).try
  const keep = useRef<HTMLButtonElement>(null)
  useEffect(() => keep.current?.focus(), [])
  return (
    <div class="question" role="alertdialog" aria-label={all.deletes}>
      <p>{all.deletes}</p>
      <div class="try-actions">
        <button type="button" class="button" ref={keep} onClick={onKeep}>
          {all.keep}
        </button>
        <button type="submit" class="button danger">
          {all.delete}
        </button>
      </div>
    </div>
  )
}
