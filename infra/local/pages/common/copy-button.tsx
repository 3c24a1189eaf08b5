import { useEffect, useState } from 'preact/hooks'
import { Icon } from './icon.tsx'
import { useTexts } from './language.ts'
import { commonTexts } from './texts.ts'

/** Copies a text to the clipboard and shows the outcome for a moment. The label of the button is "Copy <what>". */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const texts = useTexts(commonTexts)
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
  const label = `${texts.copy} ${what}`
  return (
    <button
      type="button"
      class="copy-button"
      aria-label={label}
      title={outcome ? texts[outcome] : label}
      onClick={copy}
    >
      <Icon name={outcome === 'copied' ? 'check' : outcome === 'notCopied' ? 'close' : 'copy'} size={14} />
      <span class="visually-hidden" role="status">
        {outcome && texts[outcome]}
      </span>
    </button>
  )
}
