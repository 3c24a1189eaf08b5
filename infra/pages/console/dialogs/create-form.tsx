import { useId, useState } from 'preact/hooks'
import { facts } from '../../common/facts.ts'
import { useTexts } from '../../common/language.ts'
import type { CreateParameters } from '../api/use-sandboxes.ts'
import { useTask } from '../hooks/use-task.ts'
import { ErrorNotice } from '../notices/error-notice.tsx'
import { OS_TYPES, OsIcon, type OsType } from '../sandbox/os.tsx'
import { consoleTexts } from '../texts/texts.ts'
import { Dialog } from './dialog.tsx'
import { type LifetimeChoice, secondsOf } from './lifetime.ts'
import { LifetimePicker } from './lifetime-picker.tsx'

type CreateFormProps = {
  /** Rejects with CallError. */
  create: (parameters: CreateParameters) => Promise<unknown>
  onClose: () => void
}

/** The form that creates a sandbox. */
export function CreateForm({ create, onClose }: CreateFormProps) {
  const { createForm, cancel } = useTexts(consoleTexts)
  const [name, setName] = useState('')
  const [os, setOs] = useState<OsType>('Linux')
  const [lifetime, setLifetime] = useState<LifetimeChoice>({ kind: 'default' })
  const { isBusy, failure, run } = useTask()
  const id = useId()

  const seconds = secondsOf(lifetime)
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    if (Number.isNaN(seconds)) return
    const InstanceName = name.trim()
    run(async () => {
      await create({
        OsType: os,
        ...(InstanceName && { InstanceName }),
        ...(seconds !== undefined && { LifetimeSeconds: seconds }),
      })
      onClose()
    })
  }
  const isRefused = (parameter: string) => failure?.code === `InvalidParameter.${parameter}`

  return (
    <Dialog title={createForm.title} onClose={onClose} isBusy={isBusy}>
      <form class="form" onSubmit={submit} noValidate>
        <div class="field">
          <label for={`${id}-name`}>
            {createForm.name} <span class="muted optional">{createForm.optional}</span>
          </label>
          <div class="prefixed">
            <span aria-hidden="true">sandbox-</span>
            <input
              id={`${id}-name`}
              class="input"
              type="text"
              autocomplete="off"
              autocapitalize="none"
              spellcheck={false}
              value={name}
              aria-invalid={isRefused('InstanceName')}
              aria-describedby={`${id}-name-hint`}
              onInput={({ currentTarget }) => setName(currentTarget.value)}
            />
          </div>
          <p class="hint" id={`${id}-name-hint`}>
            {createForm.nameHint}
          </p>
        </div>
        <fieldset class="field">
          <legend class="label">{createForm.os}</legend>
          <div class="choices halves">
            {OS_TYPES.map((osType) => (
              <label class="choice" key={osType}>
                <input type="radio" name={`${id}-os`} checked={osType === os} onChange={() => setOs(osType)} />
                <OsIcon os={osType} />
                {osType}
              </label>
            ))}
          </div>
        </fieldset>
        <LifetimePicker
          legend={createForm.lifetime}
          choice={lifetime}
          onChoose={setLifetime}
          hasDefault
          isRefused={isRefused('LifetimeSeconds')}
        />
        {facts.isRealCloud && <p class="notice warning">{createForm.realHint}</p>}
        {failure && <ErrorNotice failure={failure} context="create" />}
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
