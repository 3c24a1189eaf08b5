import './sandbox-actions.css'
import type { ComponentChildren } from 'preact'
import type { Sandbox } from '../../common/api.ts'
import { facts } from '../../common/facts.ts'
import { Icon } from '../../common/icon.tsx'
import { useTexts } from '../../common/language.ts'
import { useNow } from '../hooks/use-now.ts'
import { desktopHash } from '../routes.ts'
import { canRenew, displayName } from '../sandbox/sandbox.ts'
import { consoleTexts } from '../texts/texts.ts'

export type SandboxActionsProps = {
  sandbox: Sandbox
  onOpenWindows: (sandbox: Sandbox) => void
  onRenew: (sandbox: Sandbox) => void
  onDelete: (sandbox: Sandbox) => void
}

/** The statuses in which a Linux desktop can be opened. The desktop page waits until the machine is RUNNING. */
const OPENABLE = new Set(['RUNNING', 'CREATING', 'STARTING', 'REBOOTING'])

/**
 * The buttons that open, renew and delete a sandbox. An emulated Windows machine has nothing to open: its first button
 * gets its key.
 */
export function SandboxActions({ sandbox, onOpenWindows, onRenew, onDelete }: SandboxActionsProps) {
  const { list } = useTexts(consoleTexts)
  const { SandboxId, Status, OsType } = sandbox
  const name = displayName(sandbox)
  const isDeleting = Status === 'DELETING'
  const now = useNow((now) => canRenew(sandbox, now))
  return (
    <div class="actions">
      {OsType !== 'Linux' ? (
        <Action
          name={facts.isRealCloud ? list.openOne(name) : list.getKeyOf(name)}
          isEnabled={Status === 'RUNNING'}
          onClick={() => onOpenWindows(sandbox)}
        >
          {facts.isRealCloud ? list.open : list.getKey}
        </Action>
      ) : OPENABLE.has(Status) ? (
        <a class="button" href={desktopHash(SandboxId)} aria-label={list.openOne(name)} data-open={SandboxId}>
          {list.open}
        </a>
      ) : (
        <Action name={list.openOne(name)} isEnabled={false} onClick={() => {}}>
          {list.open}
        </Action>
      )}
      <Action
        name={list.renewOne(name)}
        title={list.renew}
        isEnabled={canRenew(sandbox, now)}
        onClick={() => onRenew(sandbox)}
      >
        <Icon name="clock" />
        <span class="word">{list.renew}</span>
      </Action>
      <Action name={list.deleteOne(name)} title={list.delete} isEnabled={!isDeleting} onClick={() => onDelete(sandbox)}>
        <Icon name="trash" />
      </Action>
    </div>
  )
}

type ActionProps = {
  name: string
  /** For a button that is only an icon. */
  title?: string
  isEnabled: boolean
  onClick: () => void
  children: ComponentChildren
}

/** Uses `aria-disabled`: with `disabled`, the button would lose the focus when the status of the machine changes. */
function Action({ name, title, isEnabled, onClick, children }: ActionProps) {
  return (
    <button
      type="button"
      class={title ? 'button quiet icon-only' : 'button'}
      aria-label={name}
      title={title}
      aria-disabled={!isEnabled}
      onClick={() => isEnabled && onClick()}
    >
      {children}
    </button>
  )
}
