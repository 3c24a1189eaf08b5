import { useEffect, useId, useRef, useState } from 'preact/hooks'
import type { ApiResponse } from '../common/api.ts'
import { useTexts } from '../common/language.ts'
import { docsTexts } from './texts.ts'

type KeyFieldProps = {
  value: string | undefined
  /** The answer to a request with no key or a wrong one. */
  refusal: ApiResponse | undefined
  onChange: (value: string | undefined) => void
}

/** The API key of requests. Most local services need none, so the field is hidden until it is required or opened. */
export function KeyField({ value, refusal, onChange }: KeyFieldProps) {
  const all = useTexts(docsTexts).try
  const [isOpen, setOpen] = useState(value !== undefined)
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (!refusal) return
    setOpen(true)
    field.current?.focus()
  }, [refusal])
  useEffect(() => {
    if (isOpen && value === undefined) field.current?.focus()
  }, [isOpen, value])
  if (!isOpen) {
    return (
      <button type="button" class="use-key" onClick={() => setOpen(true)}>
        {all.useKey}
      </button>
    )
  }
  return (
    <div class="field">
      <label for={id}>{all.key}</label>
      <input
        ref={field}
        id={id}
        class="input"
        type="password"
        autocomplete="off"
        value={value ?? ''}
        aria-invalid={refusal !== undefined}
        aria-describedby={`${id}-hint`}
        onInput={({ currentTarget }) => onChange(currentTarget.value.trim() || undefined)}
      />
      <p class="hint" id={`${id}-hint`}>
        {refusal && <strong>{value === undefined ? all.keyNeeded : all.keyWrong} </strong>}
        {all.keyHint}
      </p>
    </div>
  )
}
