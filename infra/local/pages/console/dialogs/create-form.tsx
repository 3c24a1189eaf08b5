import type { ComponentChildren } from 'preact'
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { facts } from '../../common/facts.ts'
import { useTexts } from '../../common/language.ts'
import type { CreateParameters } from '../api/use-sandboxes.ts'
import { useTask } from '../hooks/use-task.ts'
import { ErrorNotice } from '../notices/error-notice.tsx'
import { refusedParameter } from '../notices/error-text.ts'
import { FieldError } from '../notices/field-error.tsx'
import { OS_TYPES, OsIcon, type OsType } from '../sandbox/os.tsx'
import { consoleTexts } from '../texts/texts.ts'
import { Dialog } from './dialog.tsx'
import { type LifetimeChoice, secondsOf } from './lifetime.ts'
import { LifetimePicker } from './lifetime-picker.tsx'
import { givenValues, type TextParameter, type TextValues, wrongParameters } from './parameter-rules.ts'
import { TextField } from './text-field.tsx'

type CreateFormProps = {
  /** Rejects with CallError. */
  create: (parameters: CreateParameters) => Promise<unknown>
  onClose: () => void
}

type Inputs = { texts: TextValues; os: OsType; lifetime: LifetimeChoice }

const EMPTY: TextValues = { InstanceName: '', InstanceType: '', ImageId: '', ZoneId: '', TagKey: '', TagValue: '' }

/** The form that creates a sandbox. */
export function CreateForm({ create, onClose }: CreateFormProps) {
  const { createForm, cancel } = useTexts(consoleTexts)
  const [inputs, setInputs] = useState<Inputs>({ texts: EMPTY, os: 'Linux', lifetime: { kind: 'default' } })
  const [submitted, setSubmitted] = useState<Inputs>()
  const [leftFields, setLeftFields] = useState<readonly TextParameter[]>([])
  const [invalidSubmissions, setInvalidSubmissions] = useState(0)
  const [isMoreOpen, setMoreOpen] = useState(false)
  const { isBusy, failure, run } = useTask()
  const form = useRef<HTMLFormElement>(null)
  const id = useId()

  const { texts, os, lifetime } = inputs
  const seconds = secondsOf(lifetime)
  const wrong = wrongParameters(texts)
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    if (wrong.length > 0) {
      setLeftFields(wrong)
      setInvalidSubmissions(invalidSubmissions + 1)
      return
    }
    if (Number.isNaN(seconds)) return
    setSubmitted(inputs)
    run(async () => {
      await create({
        OsType: os,
        ...givenValues(texts),
        ...(seconds !== undefined && { LifetimeSeconds: seconds }),
      })
      onClose()
    })
  }

  // A refusal is shown at its field until the user changes the field.
  const refused = failure && refusedParameter(failure.code)
  const failureAt = (parameter: string, isUnchanged: boolean) => {
    return parameter === refused && isUnchanged ? failure : undefined
  }
  const isAtField = refused !== undefined && (refused in texts || refused === 'OsType' || refused === 'LifetimeSeconds')
  const osFailure = failureAt('OsType', os === submitted?.os)

  // After a submission that was refused, here or by the API.
  useLayoutEffect(() => {
    const field = form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')
    const fold = field?.closest('details')
    if (fold) fold.open = true // the state follows with the toggle event
    field?.focus()
  }, [invalidSubmissions, failure])

  const problemOf = (parameter: TextParameter) => {
    if (!wrong.includes(parameter) || !leftFields.includes(parameter)) return undefined
    return texts[parameter].trim() === '' ? createForm.tagIncomplete : createForm.problems[parameter]
  }
  const textField = (parameter: TextParameter, options?: { label: ComponentChildren; prefix: string }) => (
    <TextField
      label={createForm.labels[parameter]}
      {...options}
      hint={createForm.hints[parameter]}
      value={texts[parameter]}
      problem={problemOf(parameter)}
      failure={failureAt(parameter, texts[parameter] === submitted?.texts[parameter])}
      onInput={(value) => setInputs({ ...inputs, texts: { ...texts, [parameter]: value } })}
      onLeave={() => setLeftFields([...leftFields, parameter])}
    />
  )

  const nameLabel = (
    <>
      {createForm.labels.InstanceName} <span class="muted optional">{createForm.optional}</span>
    </>
  )

  return (
    <Dialog title={createForm.title} onClose={onClose} isBusy={isBusy}>
      <form class="form" onSubmit={submit} noValidate ref={form}>
        {textField('InstanceName', { label: nameLabel, prefix: 'sandbox-' })}
        <fieldset class="field" aria-describedby={osFailure && `${id}-os-error`}>
          <legend class="label">{createForm.os}</legend>
          <div class="choices halves">
            {OS_TYPES.map((osType) => (
              <label class="choice" key={osType}>
                <input
                  type="radio"
                  name={`${id}-os`}
                  checked={osType === os}
                  onChange={() => setInputs({ ...inputs, os: osType })}
                />
                <OsIcon os={osType} />
                {osType}
              </label>
            ))}
          </div>
          {osFailure && <FieldError failure={osFailure} id={`${id}-os-error`} />}
        </fieldset>
        <LifetimePicker
          legend={createForm.lifetime}
          choice={lifetime}
          onChoose={(lifetime) => setInputs({ ...inputs, lifetime })}
          hasDefault
          failure={failureAt('LifetimeSeconds', lifetime === submitted?.lifetime)}
        />
        <details class="more" open={isMoreOpen} onToggle={({ currentTarget }) => setMoreOpen(currentTarget.open)}>
          <summary>
            {createForm.more} <span class="muted">{createForm.moreHint}</span>
          </summary>
          <div class="more-fields">
            <div class="pair">
              {textField('InstanceType')}
              {textField('ZoneId')}
            </div>
            {textField('ImageId')}
            <div class="pair">
              {textField('TagKey')}
              {textField('TagValue')}
            </div>
          </div>
        </details>
        {facts.isRealCloud && <p class="notice warning">{createForm.realHint}</p>}
        {failure && !isAtField && <ErrorNotice failure={failure} context="create" />}
        <div class="dialog-actions">
          <button type="button" class="button" onClick={onClose} disabled={isBusy}>
            {cancel}
          </button>
          <button type="submit" class="button primary" aria-disabled={isBusy || Number.isNaN(seconds)}>
            {isBusy ? createForm.busy : createForm.submit}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
