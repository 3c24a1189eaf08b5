import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import type { CallError } from '../../common/api.ts'
import { FieldError } from '../notices/field-error.tsx'

type TextFieldProps = {
  label: ComponentChildren
  hint: string
  /** A fixed text in front of the value. */
  prefix?: string
  value: string
  /** What is wrong with the value. Takes the place of the hint, so that nothing moves. */
  problem: string | undefined
  /** Why the API refused the value. */
  failure: CallError | undefined
  onInput: (value: string) => void
  /** The user has left the field after a change. */
  onLeave: () => void
}

/** A text with a label and a hint. */
export function TextField({ label, hint, prefix, value, problem, failure, onInput, onLeave }: TextFieldProps) {
  const id = useId()
  const input = (
    <input
      id={id}
      class="input"
      type="text"
      autocomplete="off"
      autocapitalize="none"
      spellcheck={false}
      value={value}
      aria-invalid={problem !== undefined || failure !== undefined}
      aria-describedby={failure ? `${id}-hint ${id}-error` : `${id}-hint`}
      onInput={({ currentTarget }) => onInput(currentTarget.value)}
      onChange={onLeave}
    />
  )
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {prefix === undefined ? (
        input
      ) : (
        <div class="prefixed">
          <span aria-hidden="true">{prefix}</span>
          {input}
        </div>
      )}
      <p class={problem ? 'problem' : 'hint'} id={`${id}-hint`}>
        {problem ?? hint}
      </p>
      {failure && <FieldError failure={failure} id={`${id}-error`} />}
    </div>
  )
}
