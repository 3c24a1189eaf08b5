import { useState } from 'preact/hooks'
import type { Sandbox } from '../../common/api.ts'
import { type Language, useLanguage } from '../../common/language.ts'
import { useTask } from '../hooks/use-task.ts'
import { ErrorNotice } from '../notices/error-notice.tsx'
import { mustRenewToStart } from '../sandbox/power.ts'
import { displayName } from '../sandbox/sandbox.ts'
import { formatTime } from '../sandbox/time-left.ts'
import { consoleTexts } from '../texts/texts.ts'
import { Dialog } from './dialog.tsx'
import { type LifetimeChoice, presetAfter, secondsOf } from './lifetime.ts'
import { LifetimePicker } from './lifetime-picker.tsx'

type RenewFormProps = {
  sandbox: Sandbox
  /** @param seconds  the new lifetime, from now. Rejects with CallError. */
  renew: (seconds: number) => Promise<unknown>
  /** Called after a renewal, in place of `onClose`. */
  onRenewed?: () => void
  onClose: () => void
}

/** The form that renews a sandbox. */
export function RenewForm({ sandbox, renew, onClose, onRenewed = onClose }: RenewFormProps) {
  const language = useLanguage()
  const { renewForm, cancel } = consoleTexts[language]
  const [lifetime, setLifetime] = useState<LifetimeChoice>(() => ({
    kind: 'preset',
    seconds: presetAfter(sandbox.ExpireAt, Date.now()),
  }))
  const [submitted, setSubmitted] = useState<LifetimeChoice>()
  const { isBusy, failure, run } = useTask()
  // A refusal of the lifetime is shown at the lifetime until the user changes it.
  const isLifetimeRefused = failure?.code === 'InvalidParameter.LifetimeSeconds'
  const seconds = secondsOf(lifetime)
  const isShorter = Date.now() + (seconds ?? Number.NaN) * 1_000 < Date.parse(sandbox.ExpireAt ?? '')
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    if (seconds === undefined || Number.isNaN(seconds)) return
    setSubmitted(lifetime)
    run(async () => {
      await renew(seconds)
      onRenewed()
    })
  }
  return (
    <Dialog title={renewForm.title(displayName(sandbox))} onClose={onClose} isBusy={isBusy}>
      <form class="form" onSubmit={submit} noValidate>
        <p class="muted">{describeExpiry(sandbox, language)}</p>
        <LifetimePicker
          legend={renewForm.lifetime}
          choice={lifetime}
          onChoose={setLifetime}
          expiryText={renewForm.after}
          failure={isLifetimeRefused && lifetime === submitted ? failure : undefined}
        />
        {isShorter && <p class="notice warning">{renewForm.shorter}</p>}
        {failure && !isLifetimeRefused && <ErrorNotice failure={failure} context="renew" />}
        <div class="dialog-actions">
          <button type="button" class="button" onClick={onClose} disabled={isBusy}>
            {cancel}
          </button>
          <button type="submit" class="button primary" aria-disabled={isBusy || Number.isNaN(seconds)}>
            {isBusy ? renewForm.busy : renewForm.submit}
          </button>
        </div>
      </form>
    </Dialog>
  )
}

function describeExpiry(sandbox: Sandbox, language: Language): string {
  const { renewForm } = consoleTexts[language]
  if (!sandbox.ExpireAt) return renewForm.beforeForever
  const time = formatTime(sandbox.ExpireAt, language)
  return mustRenewToStart(sandbox, Date.now()) ? renewForm.expired(time) : renewForm.before(time)
}
