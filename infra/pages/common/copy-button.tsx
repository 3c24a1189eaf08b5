import { useEffect, useState } from 'preact/hooks'
import { Icon } from './icon.tsx'
import { useWords } from './language.ts'
import { commonWords } from './words.ts'

/** Puts a text on the clipboard, and says so for a moment. `what` completes its name: "Copy <what>". */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const words = useWords(commonWords)
  const [isDone, setDone] = useState(false)
  useEffect(() => {
    if (!isDone) return
    const timer = setTimeout(() => setDone(false), 1_500)
    return () => clearTimeout(timer)
  }, [isDone])
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    setDone(true)
  }
  const name = `${words.copy} ${what}`
  return (
    <button type="button" class="copy-button" aria-label={name} title={name} onClick={copy}>
      <Icon name={isDone ? 'check' : 'copy'} size={14} />
      <span class="visually-hidden" role="status">
        {isDone ? words.copied : ''}
      </span>
    </button>
  )
}
