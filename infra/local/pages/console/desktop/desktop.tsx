import './desktop.css'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Sandbox } from '../../common/api.ts'
import { useTexts } from '../../common/language.ts'
import type { Sandboxes } from '../api/use-sandboxes.ts'
import { PowerDialog } from '../dialogs/power-dialog.tsx'
import { RenewForm } from '../dialogs/renew-form.tsx'
import { WindowsDialog } from '../dialogs/windows-dialog.tsx'
import { mustRenewToStart, type PowerChange } from '../sandbox/power.ts'
import { displayName } from '../sandbox/sandbox.ts'
import { consoleTexts } from '../texts/texts.ts'
import { ClipboardPanel } from './clipboard-panel.tsx'
import { DesktopPanel } from './desktop-panel.tsx'
import { DesktopToolbar } from './desktop-toolbar.tsx'
import { createLeaveShortcut } from './leave-shortcut.ts'
import { useDesktop } from './use-desktop.ts'

/** A dialog that the tools of the desktop, or the panel in its place, open. */
export type DesktopDialog = 'renew' | 'windows' | PowerChange

type DesktopProps = {
  sandboxId: string
  /** From the link that was opened, if any. */
  token: string | undefined
  /** Undefined while the sandbox is not in the list. */
  sandbox: Sandbox | undefined
  sandboxes: Sandboxes
}

/** The page with the desktop of a Linux sandbox and its tools. */
export function Desktop({ sandboxId, token, sandbox, sandboxes }: DesktopProps) {
  const { desktop } = useTexts(consoleTexts)
  const page = useRef<HTMLElement>(null)
  const screen = useRef<HTMLDivElement>(null)
  const firstTool = useRef<HTMLButtonElement>(null)
  const [isScaled, setScaled] = useState(true)
  const [isViewOnly, setViewOnly] = useState(false)
  const [clipboard, setClipboard] = useState('')
  const [isClipboardOpen, setClipboardOpen] = useState(false)
  const [dialog, setDialog] = useState<DesktopDialog>()
  const wasListed = useRef(false)
  if (sandbox) wasListed.current = true

  // Before the first list, try the token of the link.
  const isReady = sandbox ? sandbox.Status === 'RUNNING' && sandbox.OsType === 'Linux' : token !== undefined
  const { state, reconnect } = useDesktop({ screen, sandboxId, token, isReady, onClipboard: setClipboard })
  const rfb = state.kind === 'connected' ? state.rfb : undefined
  const name = sandbox ? displayName(sandbox) : sandboxId

  useEffect(() => {
    if (!rfb) return
    rfb.scaleViewport = isScaled
    rfb.viewOnly = isViewOnly
  }, [rfb, isScaled, isViewOnly])

  // Move the focus into the desktop, unless the user is already using something else in the page.
  useEffect(() => {
    if (rfb && document.activeElement === document.body) rfb.focus({ preventScroll: true })
  }, [rfb])

  // The list shows why the connection ended.
  const { refresh } = sandboxes
  useEffect(() => {
    if (state.kind === 'failed' || state.kind === 'reconnecting') refresh()
  }, [state.kind, refresh])

  useEffect(() => {
    const isLeaveShortcut = createLeaveShortcut()
    const onKey = (event: KeyboardEvent) => {
      if (isLeaveShortcut(event)) firstTool.current?.focus()
    }
    // In the capture phase, before the desktop handles the keys.
    addEventListener('keydown', onKey, true)
    addEventListener('keyup', onKey, true)
    return () => {
      removeEventListener('keydown', onKey, true)
      removeEventListener('keyup', onKey, true)
    }
  }, [])

  const closeClipboard = () => {
    setClipboardOpen(false)
    firstTool.current?.focus()
  }
  const closeDialog = () => setDialog(undefined)
  /** After a renewal. The sandbox is the one from before it. */
  const offerStart = (sandbox: Sandbox) => {
    const isNext = mustRenewToStart(sandbox, Date.now()) && sandboxes.may('StartSandbox')
    setDialog(isNext ? 'start' : undefined)
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
        may={sandboxes.may}
        onDialog={setDialog}
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
            sandboxId={sandboxId}
            wasListed={wasListed.current}
            isReady={isReady}
            state={state}
            onReconnect={reconnect}
            onDialog={setDialog}
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
      {dialog === 'renew' && sandbox && (
        <RenewForm
          sandbox={sandbox}
          renew={(seconds) => sandboxes.renew(sandboxId, seconds)}
          onRenewed={() => offerStart(sandbox)}
          onClose={closeDialog}
        />
      )}
      {dialog && dialog !== 'renew' && dialog !== 'windows' && sandbox && (
        <PowerDialog
          key={dialog}
          sandbox={sandbox}
          change={dialog}
          changePower={sandboxes.changePower}
          onClose={closeDialog}
        />
      )}
      {dialog === 'windows' && sandbox && <WindowsDialog sandbox={sandbox} onClose={closeDialog} />}
    </main>
  )
}
