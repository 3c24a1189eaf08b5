import './key-prompt.css'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useTexts } from '../common/language.ts'
import { SecretField } from './secret-field.tsx'
import { consoleTexts } from './texts/texts.ts'

type KeyPromptProps = {
  /** What is wrong with the key that was entered before. */
  problem: 'wrong' | 'noList' | undefined
  onKey: (key: string) => void
}

/** Asks for the API key. The local cloud requires it if it was started with `--auth key`. */
export function KeyPrompt({ problem, onKey }: KeyPromptProps) {
  const { key: texts } = useTexts(consoleTexts)
  const [value, setValue] = useState('')
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    if (value.trim()) onKey(value.trim())
  }
  return (
    <main class="key-prompt">
      <form class="panel form" onSubmit={submit}>
        <h1>{texts.title}</h1>
        <p class="muted">{texts.text}</p>
        <SecretField
          label={texts.label}
          value={value}
          problem={problem && texts[problem]}
          hint={texts.kept}
          field={field}
          onValue={setValue}
        />
        <div class="dialog-actions">
          <button type="submit" class="button primary" aria-disabled={!value.trim()}>
            {texts.submit}
          </button>
        </div>
      </form>
    </main>
  )
}
