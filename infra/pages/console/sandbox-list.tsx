import './sandbox-list.css'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { type ApiError, asApiError, type Sandbox } from '../common/api.ts'
import { Icon } from '../common/icon.tsx'
import { useWords } from '../common/language.ts'
import { CreateForm } from './create-form.tsx'
import { DeleteQuestion } from './delete-question.tsx'
import { ErrorNotice } from './error-notice.tsx'
import { RenewForm } from './renew-form.tsx'
import { nameOf } from './sandbox.ts'
import { SandboxCards } from './sandbox-cards.tsx'
import { SandboxTable } from './sandbox-table.tsx'
import { useMedia } from './use-media.ts'
import type { Sandboxes } from './use-sandboxes.ts'
import { WindowsAccess } from './windows-access.tsx'
import { words } from './words.ts'

type Open = { kind: 'create' } | { kind: 'renew' | 'delete' | 'windows'; sandbox: Sandbox }

/** With fewer, all are seen at one glance. */
const FILTER_FROM = 6

type SandboxListProps = {
  sandboxes: Sandboxes
  /** The sandbox whose desktop was just left: there the focus goes on. */
  cameFrom: string | undefined
}

/** All sandboxes, and what can be done with them. */
export function SandboxList({ sandboxes, cameFrom }: SandboxListProps) {
  const all = useWords(words)
  const { list: texts } = all
  const { list, failure, create, renew, remove, refresh } = sandboxes
  const [open, setOpen] = useState<Open>()
  const [filter, setFilter] = useState('')
  const [undeleted, setUndeleted] = useState<{ sandbox: Sandbox; failure: ApiError }[]>([])
  const isWide = useMedia('(min-width: 800px)')
  const heading = useKeptFocus(list, cameFrom)

  const close = () => setOpen(undefined)
  const forget = (id: string) => setUndeleted((all) => all.filter(({ sandbox }) => sandbox.SandboxId !== id))
  const deleteOne = async (sandbox: Sandbox) => {
    forget(sandbox.SandboxId)
    try {
      await remove(sandbox.SandboxId)
    } catch (error) {
      setUndeleted((all) => [...all, { sandbox, failure: asApiError(error) }])
    }
  }

  const shown = list?.filter((sandbox) => matches(sandbox, filter)) ?? []
  const isEmpty = list?.length === 0 && !failure
  const Shown = isWide ? SandboxTable : SandboxCards
  const newButton = (
    <button type="button" class="button primary" onClick={() => setOpen({ kind: 'create' })}>
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

      {failure && <ListFailure failure={failure} isStale={list !== undefined} onRetry={refresh} />}
      {undeleted.map(({ sandbox, failure }) => (
        <ErrorNotice
          key={sandbox.SandboxId}
          failure={failure}
          during="delete"
          title={all.deleteQuestion.failed(nameOf(sandbox))}
        >
          <button type="button" class="button" onClick={() => deleteOne(sandbox)}>
            {all.tryAgain}
          </button>
          <button type="button" class="button quiet" onClick={() => forget(sandbox.SandboxId)}>
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
      {list && list.length >= FILTER_FROM && (
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
            {filter && texts.found(shown.length, list.length)}
          </span>
        </div>
      )}
      {shown.length > 0 && (
        <Shown
          sandboxes={shown}
          onOpenWindows={(sandbox) => setOpen({ kind: 'windows', sandbox })}
          onRenew={(sandbox) => setOpen({ kind: 'renew', sandbox })}
          onDelete={(sandbox) => setOpen({ kind: 'delete', sandbox })}
        />
      )}
      {list && list.length > 0 && shown.length === 0 && (
        <div class="empty">
          <p class="muted">{texts.nothingFound(filter)}</p>
          <button type="button" class="button" onClick={() => setFilter('')}>
            {texts.showAll}
          </button>
        </div>
      )}

      {open?.kind === 'create' && <CreateForm create={create} onClose={close} />}
      {open?.kind === 'renew' && (
        <RenewForm sandbox={open.sandbox} renew={(seconds) => renew(open.sandbox.SandboxId, seconds)} onClose={close} />
      )}
      {open?.kind === 'delete' && (
        <DeleteQuestion sandbox={open.sandbox} onConfirm={() => deleteOne(open.sandbox)} onClose={close} />
      )}
      {open?.kind === 'windows' && <WindowsAccess sandbox={open.sandbox} onClose={close} />}
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

/** Why the list cannot be looked at; it is tried again anyway. */
function ListFailure({ failure, isStale, onRetry }: { failure: ApiError; isStale: boolean; onRetry: () => void }) {
  const { offline, errors, list } = useWords(words)
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

function Loading() {
  const { list } = useWords(words)
  return (
    <div class="skeleton" role="status">
      <span class="visually-hidden">{list.loading}</span>
      <div />
      <div />
      <div />
    </div>
  )
}

/** A desk with room for a first screen. */
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
 * Where the focus goes when what had it is gone: to what else the row can do; from a row that ended to the heading; and
 * after a desktop to the button that opened it. Gives the heading.
 */
function useKeptFocus(list: readonly Sandbox[] | undefined, cameFrom: string | undefined) {
  const heading = useRef<HTMLHeadingElement>(null)
  const last = useRef<{ element: Element; row: string | undefined } | undefined>(undefined)
  useEffect(() => {
    const note = ({ target }: FocusEvent) => {
      if (!(target instanceof Element)) return
      last.current = { element: target, row: target.closest<HTMLElement>('[data-sandbox]')?.dataset.sandbox }
    }
    document.addEventListener('focusin', note)
    return () => document.removeEventListener('focusin', note)
  }, [])
  useLayoutEffect(() => {
    if (!last.current || last.current.element.isConnected || document.activeElement !== document.body) return
    const { row } = last.current
    const control = row && document.querySelector<HTMLElement>(`[data-sandbox="${CSS.escape(row)}"] .actions > *`)
    ;(control || heading.current)?.focus()
  }, [list])
  useEffect(() => {
    if (cameFrom === undefined) return
    const opener = document.querySelector<HTMLElement>(`[data-open="${CSS.escape(cameFrom)}"]`)
    ;(opener ?? heading.current)?.focus()
  }, [cameFrom])
  return heading
}
