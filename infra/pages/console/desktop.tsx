import './desktop.css'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Sandbox } from '../common/api.ts'
import { useWords } from '../common/language.ts'
import { ClipboardPanel } from './clipboard-panel.tsx'
import { DesktopPanel } from './desktop-panel.tsx'
import { DesktopToolbar } from './desktop-toolbar.tsx'
import { createLeaveKeys } from './leave-keys.ts'
import { RenewForm } from './renew-form.tsx'
import { nameOf } from './sandbox.ts'
import { useDesktop } from './use-desktop.ts'
import type { Sandboxes } from './use-sandboxes.ts'
import { words } from './words.ts'

type DesktopProps = {
  sandboxId: string
  /** Of a link that was opened. */
  token: string | undefined
  /** As it is listed; undefined while it is not. */
  sandbox: Sandbox | undefined
  sandboxes: Sandboxes
}

/** The desktop of a Linux sandbox, and the tools around it. */
export function Desktop({ sandboxId, token, sandbox, sandboxes }: DesktopProps) {
  const { desktop } = useWords(words)
  const page = useRef<HTMLElement>(null)
  const screen = useRef<HTMLDivElement>(null)
  const firstTool = useRef<HTMLButtonElement>(null)
  const [isScaled, setScaled] = useState(true)
  const [isViewOnly, setViewOnly] = useState(false)
  const [clipboard, setClipboard] = useState('')
  const [isClipboardOpen, setClipboardOpen] = useState(false)
  const [isRenewing, setRenewing] = useState(false)

  // Until the list is there, a link is worth a try.
  const isReady = sandbox ? sandbox.Status === 'RUNNING' && sandbox.OsType === 'Linux' : token !== undefined
  const { state, connectAgain } = useDesktop({ screen, sandboxId, token, isReady, onClipboard: setClipboard })
  const rfb = state.kind === 'open' ? state.rfb : undefined
  const name = sandbox ? nameOf(sandbox) : sandboxId

  useEffect(() => {
    if (!rfb) return
    rfb.scaleViewport = isScaled
    rfb.viewOnly = isViewOnly
  }, [rfb, isScaled, isViewOnly])

  // Whoever opened it wants to type, unless they are busy with something else in the page.
  useEffect(() => {
    if (rfb && document.activeElement === document.body) rfb.focus({ preventScroll: true })
  }, [rfb])

  // Why it ended stands in the list.
  const { refresh } = sandboxes
  useEffect(() => {
    if (state.kind === 'over' || state.kind === 'broken') refresh()
  }, [state.kind, refresh])

  useEffect(() => {
    const isLeaving = createLeaveKeys()
    const listen = (event: KeyboardEvent) => {
      if (isLeaving(event)) firstTool.current?.focus()
    }
    // Before the desktop takes them.
    addEventListener('keydown', listen, true)
    addEventListener('keyup', listen, true)
    return () => {
      removeEventListener('keydown', listen, true)
      removeEventListener('keyup', listen, true)
    }
  }, [])

  const closeClipboard = () => {
    setClipboardOpen(false)
    firstTool.current?.focus()
  }
  return (
    <main class="desktop" ref={page}>
      <DesktopToolbar
        page={page}
        firstTool={firstTool}
        sandbox={sandbox}
        name={name}
        rfb={rfb}
        isScaled={isScaled}
        onScale={setScaled}
        isViewOnly={isViewOnly}
        onViewOnly={setViewOnly}
        isClipboardOpen={isClipboardOpen}
        onClipboard={setClipboardOpen}
        onRenew={() => setRenewing(true)}
      />
      {rfb && isClipboardOpen && (
        <ClipboardPanel rfb={rfb} text={clipboard} onText={setClipboard} onClose={closeClipboard} />
      )}
      <div class="screen-frame">
        <div
          class="screen"
          ref={screen}
          role="application"
          aria-label={desktop.screen(name)}
          aria-describedby="leave-desktop"
          tabIndex={rfb ? 0 : -1}
          onFocus={({ target, currentTarget }) => {
            if (target === currentTarget && !isViewOnly) rfb?.focus({ preventScroll: true })
          }}
        />
        {!rfb && (
          <DesktopPanel
            sandbox={sandbox}
            sandboxes={sandboxes}
            isReady={isReady}
            state={state}
            onAgain={connectAgain}
          />
        )}
      </div>
      {rfb && (
        <p class="leave" id="leave-desktop">
          {isViewOnly ? (
            desktop.viewOnlyNow
          ) : (
            <>
              {desktop.leave[0]} <kbd>Ctrl</kbd>+<kbd>Alt</kbd>+<kbd>Shift</kbd> {desktop.leave[1]}
            </>
          )}
        </p>
      )}
      <p class="visually-hidden" role="status">
        {rfb ? desktop.connected : ''}
      </p>
      {isRenewing && sandbox && (
        <RenewForm
          sandbox={sandbox}
          renew={(seconds) => sandboxes.renew(sandboxId, seconds)}
          onClose={() => setRenewing(false)}
        />
      )}
    </main>
  )
}
