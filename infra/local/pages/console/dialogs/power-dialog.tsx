import type { Sandbox } from '../../common/api.ts'
import { useLanguage } from '../../common/language.ts'
import { useTask } from '../hooks/use-task.ts'
import { ErrorNotice } from '../notices/error-notice.tsx'
import type { PowerChange } from '../sandbox/power.ts'
import { displayName } from '../sandbox/sandbox.ts'
import { formatTime } from '../sandbox/time-left.ts'
import { consoleTexts } from '../texts/texts.ts'
import { Dialog } from './dialog.tsx'

type PowerDialogProps = {
  sandbox: Sandbox
  change: PowerChange
  /** Rejects with CallError. */
  changePower: (sandbox: Sandbox, change: PowerChange) => Promise<void>
  onClose: () => void
}

/** Says what a stop, a start or a restart means before it is done. Enter presses the first button, which cancels. */
export function PowerDialog({ sandbox, change, changePower, onClose }: PowerDialogProps) {
  const language = useLanguage()
  const { power, cancel } = consoleTexts[language]
  const texts = power[change]
  const { isBusy, failure, run } = useTask()
  const submit = () => {
    run(async () => {
      await changePower(sandbox, change)
      onClose()
    })
  }
  return (
    <Dialog title={texts.title(displayName(sandbox))} onClose={onClose} isBusy={isBusy}>
      <p>{texts.text}</p>
      {change === 'stop' && (
        <p class="muted">
          {sandbox.ExpireAt ? power.expires(formatTime(sandbox.ExpireAt, language)) : power.unlimited}
        </p>
      )}
      {failure && <ErrorNotice failure={failure} context={change} />}
      <div class="dialog-actions">
        <button type="button" class="button" onClick={onClose} disabled={isBusy}>
          {cancel}
        </button>
        <button type="button" class="button primary" aria-disabled={isBusy} onClick={submit}>
          {isBusy ? texts.busy : texts.submit}
        </button>
      </div>
    </Dialog>
  )
}
