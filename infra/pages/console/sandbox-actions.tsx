import './sandbox-actions.css'
import type { ComponentChildren } from 'preact'
import type { Sandbox } from '../common/api.ts'
import { Icon } from '../common/icon.tsx'
import { useWords } from '../common/language.ts'
import { useNow } from './now.ts'
import { desktopHash } from './routes.ts'
import { nameOf } from './sandbox.ts'
import { timeLeft } from './time-left.ts'
import { words } from './words.ts'

export type SandboxActionsProps = {
  sandbox: Sandbox
  onOpenWindows: (sandbox: Sandbox) => void
  onRenew: (sandbox: Sandbox) => void
  onDelete: (sandbox: Sandbox) => void
}

/** From these a Linux desktop comes by itself; it is waited for where it opens. */
const ON_THE_WAY = new Set(['RUNNING', 'CREATING', 'STARTING', 'REBOOTING'])

/** What can be done with one sandbox. */
export function SandboxActions({ sandbox, onOpenWindows, onRenew, onDelete }: SandboxActionsProps) {
  const { list } = useWords(words)
  const { SandboxId, Status, OsType, ExpireAt } = sandbox
  const name = nameOf(sandbox)
  const isEnding = Status === 'DELETING'
  const isOver =
    timeLeft(
      ExpireAt,
      useNow((now) => timeLeft(ExpireAt, now).kind),
    ).kind === 'over'
  return (
    <div class="actions">
      {OsType === 'Linux' && ON_THE_WAY.has(Status) ? (
        <a class="button" href={desktopHash(SandboxId)} aria-label={list.openOne(name)} data-open={SandboxId}>
          {list.open}
        </a>
      ) : (
        <Action
          name={list.openOne(name)}
          isPossible={OsType !== 'Linux' && Status === 'RUNNING'}
          onClick={() => onOpenWindows(sandbox)}
        >
          {list.open}
        </Action>
      )}
      <Action
        name={list.renewOne(name)}
        title={list.renew}
        isPossible={!isEnding && !isOver && Status !== 'ERROR'}
        onClick={() => onRenew(sandbox)}
      >
        <Icon name="clock" />
        <span class="word">{list.renew}</span>
      </Action>
      <Action name={list.deleteOne(name)} title={list.delete} isPossible={!isEnding} onClick={() => onDelete(sandbox)}>
        <Icon name="trash" />
      </Action>
    </div>
  )
}

type ActionProps = {
  name: string
  /** Of one that is only an icon. */
  title?: string
  isPossible: boolean
  onClick: () => void
  children: ComponentChildren
}

/** Not `disabled` when it is not possible: the focus would be lost while a machine changes its status. */
function Action({ name, title, isPossible, onClick, children }: ActionProps) {
  return (
    <button
      type="button"
      class={title ? 'button quiet icon-only' : 'button'}
      aria-label={name}
      title={title}
      aria-disabled={!isPossible}
      onClick={() => isPossible && onClick()}
    >
      {children}
    </button>
  )
}
