import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { useTexts } from '../../common/language.ts'
import { consoleTexts } from '../texts/texts.ts'

type PasswordFormProps = {
  /** The desktop has refused the password before. */
  isWrong: boolean
  onPassword: (password: string) => void
}

/** Asks for the password of the VNC server in a desktop. */
export function PasswordForm({ isWrong, onPassword }: PasswordFormProps) {
  const { password: texts } = useTexts(consoleTexts)
  const [value, setValue] = useState('')
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (document.activeElement === document.body) field.current?.focus()
  }, [])
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    if (value) onPassword(value)
  }
  return (
    <form class="form" onSubmit={submit}>
      <h2>{texts.title}</h2>
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
          <p class="problem" role="alert">
            {texts.wrong}
          </p>
        )}
        <p class="hint" id={`${id}-hint`}>
          {texts.hint}
        </p>
      </div>
      <div class="dialog-actions">
        <button type="submit" class="button primary" aria-disabled={!value}>
          {texts.submit}
        </button>
      </div>
    </form>
  )
}
