import type { Sandbox } from '../common/api.ts'
import { useWords } from '../common/language.ts'
import { Dialog } from './dialog.tsx'
import { nameOf } from './sandbox.ts'
import { words } from './words.ts'

type DeleteQuestionProps = {
  sandbox: Sandbox
  onConfirm: () => void
  onClose: () => void
}

/** Asks before a machine goes for ever. The first button, which Enter presses, keeps it. */
export function DeleteQuestion({ sandbox, onConfirm, onClose }: DeleteQuestionProps) {
  const { deleteQuestion, cancel } = useWords(words)
  return (
    <Dialog title={deleteQuestion.title(nameOf(sandbox))} onClose={onClose}>
      <p>{deleteQuestion.text}</p>
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
          {deleteQuestion.submit}
        </button>
      </div>
    </Dialog>
  )
}
