import { useEffect, useState } from 'preact/hooks'
import { Icon } from './icon.tsx'
import { useWords } from './language.ts'
import { commonWords } from './words.ts'

/** Puts a text on the clipboard, and says so for a moment. `what` completes its name: "Copy <what>". */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const words = useWords(commonWords)
  const [outcome, setOutcome] = useState<'copied' | 'notCopied'>()
  useEffect(() => {
    if (!outcome) return
    const timer = setTimeout(() => setOutcome(undefined), 1_500)
    return () => clearTimeout(timer)
  }, [outcome])
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      setOutcome('copied')
    } catch {
      setOutcome('notCopied')
    }
  }
  const name = `${words.copy} ${what}`
  return (
    <button type="button" class="copy-button" aria-label={name} title={outcome ? words[outcome] : name} onClick={copy}>
      <Icon name={outcome === 'copied' ? 'check' : outcome === 'notCopied' ? 'close' : 'copy'} size={14} />
      <span class="visually-hidden" role="status">
        {outcome && words[outcome]}
      </span>
    </button>
  )
}
