import type { Sandbox } from '../../common/api.ts'
import { useTexts } from '../../common/language.ts'
import { displayName } from '../sandbox/sandbox.ts'
import { consoleTexts } from '../texts/texts.ts'
import { Dialog } from './dialog.tsx'

type DeleteDialogProps = {
  sandbox: Sandbox
  onConfirm: () => void
  onClose: () => void
}

/** Asks before a sandbox is deleted. Enter presses the first button, which cancels. */
export function DeleteDialog({ sandbox, onConfirm, onClose }: DeleteDialogProps) {
  const { deleteDialog, cancel } = useTexts(consoleTexts)
  return (
    <Dialog title={deleteDialog.title(displayName(sandbox))} onClose={onClose}>
      <p>{deleteDialog.text}</p>
      <p class="muted">
        <code>{sandbox.SandboxId}</code>
      </p>
      <div class="dialog-actions">
        <button type="button" class="button" onClick={onClose}>
          {cancel}
        </button>
        <button
          type="button"
          class="button danger"
          onClick={() => {
            onClose()
            onConfirm()
          }}
        >
          {deleteDialog.submit}
        </button>
      </div>
    </Dialog>
  )
}
