import { useId } from 'preact/hooks'
import { useTexts } from '../common/language.ts'
import type { Body } from './openapi.ts'
import type { Request } from './request.ts'
import { docsTexts } from './texts.ts'
import { useTranslation } from './translation.ts'

type RequestBody = NonNullable<Request['body']>

type BodyFieldsProps = { bodies: readonly Body[]; body: RequestBody; onChange: (body: RequestBody) => void }

/** An editor for the body, which starts with one of the examples. */
export function BodyFields({ bodies, body, onChange }: BodyFieldsProps) {
  const all = useTexts(docsTexts)
  const translate = useTranslation()
  const id = useId()
  const examples = examplesOf(bodies)
  return (
    <div class="parameters">
      <div class="field">
        <label for={`${id}-example`}>{all.example}</label>
        <select
          id={`${id}-example`}
          class="input"
          onChange={({ currentTarget }) => {
            const chosen = examples[currentTarget.selectedIndex]
            if (chosen) onChange(chosen.body)
          }}
        >
          {examples.map(({ name, body: { type } }) => (
            <option key={name}>
              {translate(name)} · {type}
            </option>
          ))}
        </select>
      </div>
      <div class="field">
        <label for={id}>{all.body}</label>
        <textarea
          id={id}
          class="input code"
          rows={Math.min(12, body.text.split('\n').length + 1)}
          spellcheck={false}
          value={body.text}
          onInput={({ currentTarget }) => onChange({ ...body, text: currentTarget.value })}
        />
      </div>
    </div>
  )
}

export const firstBody = (bodies: readonly Body[]): RequestBody =>
  examplesOf(bodies)[0]?.body ?? { type: 'application/json', text: '{}' }

function examplesOf(bodies: readonly Body[]): { name: string; body: RequestBody }[] {
  return bodies.flatMap(({ type, examples }) =>
    examples.map(({ name, value }) => ({ name, body: { type, text: JSON.stringify(value, null, 2) } })),
  )
}
