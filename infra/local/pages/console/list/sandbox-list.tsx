import './sandbox-list.css'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { asCallError, type CallError, type Caller, type Sandbox } from '../../common/api.ts'
import { apiKey } from '../../common/api-key.ts'
import { Icon } from '../../common/icon.tsx'
import { useLanguage, useTexts } from '../../common/language.ts'
import type { Sandboxes } from '../api/use-sandboxes.ts'
import { CreateForm } from '../dialogs/create-form.tsx'
import { DeleteDialog } from '../dialogs/delete-dialog.tsx'
import { PowerDialog } from '../dialogs/power-dialog.tsx'
import { RenewForm } from '../dialogs/renew-form.tsx'
import { WindowsDialog } from '../dialogs/windows-dialog.tsx'
import { useMediaQuery } from '../hooks/use-media-query.ts'
import { useNow } from '../hooks/use-now.ts'
import { ErrorNotice } from '../notices/error-notice.tsx'
import { mustRenewToStart, type PowerChange } from '../sandbox/power.ts'
import { displayName } from '../sandbox/sandbox.ts'
import { formatAgo } from '../sandbox/time-left.ts'
import { consoleTexts } from '../texts/texts.ts'
import { hasOwner, type OwnerChoice, ownerChoices, ownerOfChoice } from './owner-filter.ts'
import { SandboxCards } from './sandbox-cards.tsx'
import { SandboxTable } from './sandbox-table.tsx'

type OpenDialog =
  | { kind: 'create' }
  | { kind: 'renew' | 'delete' | 'windows'; sandbox: Sandbox }
  | { kind: 'power'; sandbox: Sandbox; change: PowerChange }

type SandboxListProps = {
  sandboxes: Sandboxes
  /** The sandbox whose desktop the user just left. It gets the focus. */
  lastDesktopId: string | undefined
}

/** The page with all sandboxes and their actions. */
export function SandboxList({ sandboxes, lastDesktopId }: SandboxListProps) {
  const all = useTexts(consoleTexts)
  const { list: texts } = all
  const { list, caller, may, failedStarts, updatedAt, failure, create, renew, changePower, remove, refresh } = sandboxes
  const [dialog, setDialog] = useState<OpenDialog>()
  const [filter, setFilter] = useState('')
  const [ownerChoice, setOwnerChoice] = useState<OwnerChoice>('all')
  const [failedDeletions, setFailedDeletions] = useState<{ sandbox: Sandbox; failure: CallError }[]>([])
  const [dismissedStarts, setDismissedStarts] = useState<readonly string[]>([])
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

  /** After a renewal. The sandbox is the one from before it. */
  const offerStart = (sandbox: Sandbox) => {
    const isNext = mustRenewToStart(sandbox, Date.now()) && may('StartSandbox')
    setDialog(isNext ? { kind: 'power', sandbox, change: 'start' } : undefined)
  }
  const openPower = (sandbox: Sandbox, change: PowerChange) => {
    setDismissedStarts((dismissed) => dismissed.filter((id) => id !== sandbox.SandboxId))
    setDialog({ kind: 'power', sandbox, change })
  }

  const owners = ownerChoices(list ?? [])
  const owner = owners.includes(ownerChoice) ? ownerChoice : 'all' // the last sandbox of the chosen owner may be gone
  const filtered = list?.filter((sandbox) => hasOwner(sandbox, owner) && matches(sandbox, filter)) ?? []
  const startsToShow = list?.filter(
    ({ SandboxId }) => failedStarts.has(SandboxId) && !dismissedStarts.includes(SandboxId),
  )
  const isEmpty = list?.length === 0 && !failure
  const View = isWide ? SandboxTable : SandboxCards
  const newButton = may('CreateSandbox') && (
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

      {caller && <CallerLine caller={caller} onOtherKey={() => sandboxes.setKey(undefined)} />}

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
            {owners.length > 0 && (
              <select
                class="input owner-filter"
                aria-label={texts.filterOwner}
                value={owner}
                onChange={({ currentTarget }) => setOwnerChoice(currentTarget.value as OwnerChoice)}
              >
                {owners.map((choice) => (
                  <option key={choice} value={choice}>
                    {ownerOfChoice(choice) ?? (choice === 'all' ? texts.allOwners : texts.noOwner)}
                  </option>
                ))}
              </select>
            )}
            <span class="muted" role="status">
              {(filter || owner !== 'all') && texts.found(filtered.length, list.length)}
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

      {startsToShow?.map((sandbox) => (
        <FailedStart
          key={sandbox.SandboxId}
          sandbox={sandbox}
          onRetry={may('StartSandbox') ? () => openPower(sandbox, 'start') : undefined}
          onDismiss={() => setDismissedStarts((dismissed) => [...dismissed, sandbox.SandboxId])}
        />
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
          hasOwners={owners.length > 0}
          may={may}
          onPower={openPower}
          onOpenWindows={(sandbox) => setDialog({ kind: 'windows', sandbox })}
          onRenew={(sandbox) => setDialog({ kind: 'renew', sandbox })}
          onDelete={(sandbox) => setDialog({ kind: 'delete', sandbox })}
        />
      )}
      {list && list.length > 0 && filtered.length === 0 && (
        <div class="empty">
          <p class="muted">{texts.nothingFound(filter)}</p>
          <button
            type="button"
            class="button"
            onClick={() => {
              setFilter('')
              setOwnerChoice('all')
            }}
          >
            {texts.showAll}
          </button>
        </div>
      )}

      {dialog?.kind === 'create' && <CreateForm create={create} onClose={close} />}
      {dialog?.kind === 'renew' && (
        <RenewForm
          sandbox={dialog.sandbox}
          renew={(seconds) => renew(dialog.sandbox.SandboxId, seconds)}
          onRenewed={() => offerStart(dialog.sandbox)}
          onClose={close}
        />
      )}
      {dialog?.kind === 'power' && (
        <PowerDialog
          key={dialog.change}
          sandbox={dialog.sandbox}
          change={dialog.change}
          changePower={changePower}
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

/** The key of the user, and whose sandboxes it sees if these are not all. Nothing if no key is needed. */
function CallerLine({ caller: { Name, Owner }, onOtherKey }: { caller: Caller; onOtherKey: () => void }) {
  const { caller } = useTexts(consoleTexts)
  const hasKey = apiKey.get() !== undefined
  if (!hasKey && Owner === undefined) return null
  const sight =
    Owner === Name ? (
      caller.seesOwn
    ) : (
      <>
        {caller.seesOf} <strong>{Owner}</strong>
      </>
    )
  return (
    <p class="caller muted">
      <span>
        {hasKey && caller.key} <strong>{Name}</strong> {Owner !== undefined && sight}
      </span>
      {hasKey && (
        <button type="button" class="link" onClick={onOtherKey}>
          {caller.otherKey}
        </button>
      )}
    </p>
  )
}

type FailedStartProps = {
  sandbox: Sandbox
  /** Undefined if the caller may not start it. */
  onRetry: (() => void) | undefined
  onDismiss: () => void
}

/** Says that a machine is stopped again after it was starting. */
function FailedStart({ sandbox, onRetry, onDismiss }: FailedStartProps) {
  const { power, tryAgain, dismiss } = useTexts(consoleTexts)
  return (
    <div class="notice warning" role="alert">
      <Icon name="warning" />
      <div class="notice-text">
        <p class="notice-title">{power.startFailedTitle(displayName(sandbox))}</p>
        <p>{power.startFailed}</p>
        <div class="notice-actions">
          {onRetry && (
            <button type="button" class="button" onClick={onRetry}>
              {tryAgain}
            </button>
          )}
          <button type="button" class="button quiet" onClick={onDismiss}>
            {dismiss}
          </button>
        </div>
      </div>
    </div>
  )
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
