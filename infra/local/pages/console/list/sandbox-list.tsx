import './sandbox-list.css'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { asCallError, type CallError, type Sandbox } from '../../common/api.ts'
import { Icon } from '../../common/icon.tsx'
import { useLanguage, useTexts } from '../../common/language.ts'
import type { Sandboxes } from '../api/use-sandboxes.ts'
import { CreateForm } from '../dialogs/create-form.tsx'
import { DeleteDialog } from '../dialogs/delete-dialog.tsx'
import { RenewForm } from '../dialogs/renew-form.tsx'
import { WindowsDialog } from '../dialogs/windows-dialog.tsx'
import { useMediaQuery } from '../hooks/use-media-query.ts'
import { useNow } from '../hooks/use-now.ts'
import { ErrorNotice } from '../notices/error-notice.tsx'
import { displayName } from '../sandbox/sandbox.ts'
import { formatAgo } from '../sandbox/time-left.ts'
import { consoleTexts } from '../texts/texts.ts'
import { SandboxCards } from './sandbox-cards.tsx'
import { SandboxTable } from './sandbox-table.tsx'

type OpenDialog = { kind: 'create' } | { kind: 'renew' | 'delete' | 'windows'; sandbox: Sandbox }

type SandboxListProps = {
  sandboxes: Sandboxes
  /** The sandbox whose desktop the user just left. It gets the focus. */
  lastDesktopId: string | undefined
}

/** The page with all sandboxes and their actions. */
export function SandboxList({ sandboxes, lastDesktopId }: SandboxListProps) {
  const all = useTexts(consoleTexts)
  const { list: texts } = all
  const { list, updatedAt, failure, create, renew, remove, refresh } = sandboxes
  const [dialog, setDialog] = useState<OpenDialog>()
  const [filter, setFilter] = useState('')
  const [failedDeletions, setFailedDeletions] = useState<{ sandbox: Sandbox; failure: CallError }[]>([])
  const isWide = useMediaQuery('(min-width: 900px)')
  const heading = useFocusRestore(list, lastDesktopId)

  const close = () => setDialog(undefined)
  const dismiss = (id: string) => {
    setFailedDeletions((failed) => failed.filter(({ sandbox }) => sandbox.SandboxId !== id))
  }
  const deleteOne = async (sandbox: Sandbox) => {
    dismiss(sandbox.SandboxId)
    try {
      await remove(sandbox.SandboxId)
    } catch (error) {
      setFailedDeletions((failed) => [...failed, { sandbox, failure: asCallError(error) }])
    }
  }

  const filtered = list?.filter((sandbox) => matches(sandbox, filter)) ?? []
  const isEmpty = list?.length === 0 && !failure
  const View = isWide ? SandboxTable : SandboxCards
  const newButton = (
    <button type="button" class="button primary" onClick={() => setDialog({ kind: 'create' })}>
      <Icon name="plus" />
      {all.create}
    </button>
  )

  return (
    <main class="list">
      <div class="list-head">
        <h1 ref={heading} tabIndex={-1}>
          {all.sandboxes}
        </h1>
        {list && list.length > 0 && (
          <span class="count">
            <span aria-hidden="true">{list.length}</span>
            <span class="visually-hidden">{texts.count(list.length)}</span>
          </span>
        )}
        {!isEmpty && newButton}
      </div>

      <div class="list-bar">
        {list && list.length > 0 && (
          <div class="filter">
            <Icon name="search" />
            <input
              class="input"
              type="search"
              placeholder={texts.filter}
              aria-label={texts.filter}
              value={filter}
              onInput={({ currentTarget }) => setFilter(currentTarget.value)}
            />
            <span class="muted" role="status">
              {filter && texts.found(filtered.length, list.length)}
            </span>
          </div>
        )}
        <div class="freshness">
          {updatedAt !== undefined && <UpdatedAgo updatedAt={updatedAt} />}
          <button
            type="button"
            class="button quiet icon-only"
            aria-label={texts.refresh}
            title={texts.refresh}
            onClick={refresh}
          >
            <Icon name="refresh" />
          </button>
        </div>
      </div>

      {failure && <ListFailure failure={failure} isStale={list !== undefined} onRetry={refresh} />}
      {failedDeletions.map(({ sandbox, failure }) => (
        <ErrorNotice
          key={sandbox.SandboxId}
          failure={failure}
          context="delete"
          title={all.deleteDialog.failed(displayName(sandbox))}
        >
          <button type="button" class="button" onClick={() => deleteOne(sandbox)}>
            {all.tryAgain}
          </button>
          <button type="button" class="button quiet" onClick={() => dismiss(sandbox.SandboxId)}>
            {all.dismiss}
          </button>
        </ErrorNotice>
      ))}

      {!list && !failure && <Loading />}
      {isEmpty && (
        <div class="empty">
          <EmptyPicture />
          <h2>{texts.emptyTitle}</h2>
          <p class="muted">{texts.emptyText}</p>
          {newButton}
        </div>
      )}
      {filtered.length > 0 && (
        <View
          sandboxes={filtered}
          onOpenWindows={(sandbox) => setDialog({ kind: 'windows', sandbox })}
          onRenew={(sandbox) => setDialog({ kind: 'renew', sandbox })}
          onDelete={(sandbox) => setDialog({ kind: 'delete', sandbox })}
        />
      )}
      {list && list.length > 0 && filtered.length === 0 && (
        <div class="empty">
          <p class="muted">{texts.nothingFound(filter)}</p>
          <button type="button" class="button" onClick={() => setFilter('')}>
            {texts.showAll}
          </button>
        </div>
      )}

      {dialog?.kind === 'create' && <CreateForm create={create} onClose={close} />}
      {dialog?.kind === 'renew' && (
        <RenewForm
          sandbox={dialog.sandbox}
          renew={(seconds) => renew(dialog.sandbox.SandboxId, seconds)}
          onClose={close}
        />
      )}
      {dialog?.kind === 'delete' && (
        <DeleteDialog sandbox={dialog.sandbox} onConfirm={() => deleteOne(dialog.sandbox)} onClose={close} />
      )}
      {dialog?.kind === 'windows' && <WindowsDialog sandbox={dialog.sandbox} onClose={close} />}
    </main>
  )
}

function matches({ SandboxId, InstanceName = '', PrimaryIp = '', Eip = '' }: Sandbox, filter: string): boolean {
  const text = [SandboxId, InstanceName, PrimaryIp, Eip].join(' ').toLowerCase()
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}

/** Shows why the list cannot be loaded. The page retries automatically. */
function ListFailure({ failure, isStale, onRetry }: { failure: CallError; isStale: boolean; onRetry: () => void }) {
  const { offline, errors, list } = useTexts(consoleTexts)
  const retry = (
    <button type="button" class="button" onClick={onRetry}>
      {offline.now}
    </button>
  )
  if (failure.status !== 0) {
    return (
      <ErrorNotice failure={failure}>
        {retry} <span class="muted">{errors.retries}</span>
      </ErrorNotice>
    )
  }
  return (
    <div class="notice warning" role="alert">
      <Icon name="warning" />
      <div class="notice-text">
        <p class="notice-title">{offline.title}</p>
        <p>
          {offline.text} {isStale && list.stale}
        </p>
        <div class="notice-actions">{retry}</div>
      </div>
    </div>
  )
}

/** How old the list is. Not a live region, because it changes each second. */
function UpdatedAgo({ updatedAt }: { updatedAt: number }) {
  const language = useLanguage()
  const { list } = consoleTexts[language]
  const format = (now: number) => list.updated(formatAgo(now - updatedAt, language))
  return <span class="muted">{format(useNow(format))}</span>
}

function Loading() {
  const { list } = useTexts(consoleTexts)
  return (
    <div class="skeleton" role="status">
      <span class="visually-hidden">{list.loading}</span>
      <div />
      <div />
      <div />
    </div>
  )
}

/** A window with a prompt, for the empty list. */
function EmptyPicture() {
  return (
    <svg class="empty-picture" width="120" height="88" viewBox="0 0 120 88" fill="none" aria-hidden="true">
      <rect x="26" y="9" width="68" height="46" rx="6" class="far" />
      <rect x="14" y="19" width="92" height="54" rx="6" class="near" />
      <path d="M14 31h92" class="line" />
      <circle cx="22" cy="25" r="1.75" class="point" />
      <circle cx="29" cy="25" r="1.75" class="point" />
      <path d="m27 43 6 5-6 5m11 1h12" class="prompt" />
    </svg>
  )
}

/**
 * Moves the focus when the focused element is removed: to another action of the same sandbox or, if that is gone too, to
 * the heading. After a desktop, moves it to the button that opened the desktop. Returns the ref of the heading.
 */
function useFocusRestore(list: readonly Sandbox[] | undefined, lastDesktopId: string | undefined) {
  const heading = useRef<HTMLHeadingElement>(null)
  const lastFocus = useRef<{ element: Element; sandboxId: string | undefined } | undefined>(undefined)
  useEffect(() => {
    const noteFocus = ({ target }: FocusEvent) => {
      if (!(target instanceof Element)) return
      const row = target.closest<HTMLElement>('[data-sandbox]')
      lastFocus.current = { element: target, sandboxId: row?.dataset.sandbox }
    }
    document.addEventListener('focusin', noteFocus)
    return () => document.removeEventListener('focusin', noteFocus)
  }, [])
  useLayoutEffect(() => {
    if (!lastFocus.current || lastFocus.current.element.isConnected || document.activeElement !== document.body) return
    const { sandboxId } = lastFocus.current
    const action =
      sandboxId && document.querySelector<HTMLElement>(`[data-sandbox="${CSS.escape(sandboxId)}"] .actions > *`)
    const target = action || heading.current
    target?.focus()
  }, [list])
  useEffect(() => {
    if (lastDesktopId === undefined) return
    const opener = document.querySelector<HTMLElement>(`[data-open="${CSS.escape(lastDesktopId)}"]`)
    const target = opener ?? heading.current
    target?.focus()
  }, [lastDesktopId])
  return heading
}
