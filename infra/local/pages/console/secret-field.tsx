import type { RefObject } from 'preact'
import { useId } from 'preact/hooks'

type SecretFieldProps = {
  label: string
  value: string
  /** What is wrong with the value that was entered before. */
  problem: string | undefined | false
  hint: string
  field: RefObject<HTMLInputElement | null>
  onValue: (value: string) => void
}

/** A field for a key or a password. The browser does not show it, and does not keep it. */
export function SecretField({ label, value, problem, hint, field, onValue }: SecretFieldProps) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        class="input"
        type="password"
        autocomplete="off"
        ref={field}
        value={value}
        aria-invalid={Boolean(problem)}
        aria-describedby={`${id}-hint`}
        onInput={({ currentTarget }) => onValue(currentTarget.value)}
      />
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <p class="hint" id={`${id}-hint`}>
        {hint}
      </p>
    </div>
  )
}
