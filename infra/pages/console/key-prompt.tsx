import './key-prompt.css'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { useWords } from '../common/language.ts'
import { words } from './words.ts'

type KeyPromptProps = {
  /** The key that was entered before was not right. */
  isWrong: boolean
  onKey: (key: string) => void
}

/** Asks for the key that each call carries when the local cloud was started with `--auth key`. */
export function KeyPrompt({ isWrong, onKey }: KeyPromptProps) {
  const { key: texts } = useWords(words)
  const [value, setValue] = useState('')
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), []) // it is all there is to do here
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    if (value.trim()) onKey(value.trim())
  }
  return (
    <main class="key-prompt">
      <form class="panel form" onSubmit={submit}>
        <h1>{texts.title}</h1>
        <p class="muted">{texts.text}</p>
        <div class="field">
          <label for={id}>{texts.label}</label>
          <input
            id={id}
            class="input"
            type="password"
            autocomplete="off"
            ref={field}
            value={value}
            aria-invalid={isWrong}
            aria-describedby={`${id}-hint`}
            onInput={({ currentTarget }) => setValue(currentTarget.value)}
          />
          {isWrong && (
            <p class="wrong" role="alert">
              {texts.wrong}
            </p>
          )}
          <p class="hint" id={`${id}-hint`}>
            {texts.kept}
          </p>
        </div>
        <div class="dialog-actions">
          <button type="submit" class="button primary" aria-disabled={!value.trim()}>
            {texts.submit}
          </button>
        </div>
      </form>
    </main>
  )
}
