import { useEffect, useRef, useState } from 'preact/hooks'
import { useTexts } from '../../common/language.ts'
import { SecretField } from '../secret-field.tsx'
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
      <SecretField
        label={texts.label}
        value={value}
        problem={isWrong && texts.wrong}
        hint={texts.hint}
        field={field}
        onValue={setValue}
      />
      <div class="dialog-actions">
        <button type="submit" class="button primary" aria-disabled={!value}>
          {texts.submit}
        </button>
      </div>
    </form>
  )
}
