import type { ComponentChildren } from 'preact'
import type { Sandbox } from '../../common/api.ts'
import { facts } from '../../common/facts.ts'
import { useTexts } from '../../common/language.ts'
import type { Sandboxes } from '../api/use-sandboxes.ts'
import { useNow } from '../hooks/use-now.ts'
import { ErrorNotice } from '../notices/error-notice.tsx'
import { Spinner } from '../notices/spinner.tsx'
import { LIST_HASH } from '../routes.ts'
import { BootTime, StoppedNote } from '../sandbox/cells.tsx'
import { mustRenewToStart } from '../sandbox/power.ts'
import { isTransitional } from '../sandbox/sandbox.ts'
import { consoleTexts } from '../texts/texts.ts'
import type { DesktopDialog } from './desktop.tsx'
import { HowToGetDesktops } from './how-to-get-desktops.tsx'
import { PasswordForm } from './password-form.tsx'
import { MAX_RETRIES } from './reconnect.ts'
import type { DesktopState } from './use-desktop.ts'

type DesktopPanelProps = {
  sandbox: Sandbox | undefined
  sandboxes: Pick<Sandboxes, 'list' | 'failure' | 'failedStarts' | 'may'>
  sandboxId: string
  /** Whether the list had the sandbox since this page was opened. */
  wasListed: boolean
  isReady: boolean
  state: DesktopState
  onReconnect: () => void
  onDialog: (dialog: DesktopDialog) => void
}

/** Shown in place of a desktop: what the page is waiting for, or why there is no desktop. */
export function DesktopPanel({
  sandbox,
  sandboxes: { list: sandboxList, failure, failedStarts, may },
  sandboxId,
  wasListed,
  isReady,
  state,
  onReconnect,
  onDialog,
}: DesktopPanelProps) {
  const all = useTexts(consoleTexts)
  const { desktop, list, status } = all
  const back = (
    <a class="button" href={LIST_HASH}>
      {desktop.back}
    </a>
  )

  if (sandboxList && !sandbox && (state.kind === 'idle' || state.kind === 'failed')) {
    return (
      <Panel>
        <h2>{wasListed ? desktop.goneTitle : desktop.unknownTitle}</h2>
        <p>
          <code>{sandboxId}</code>
        </p>
        <p class="muted">{wasListed ? desktop.goneText : desktop.unknownText}</p>
        <div class="panel-actions">{back}</div>
      </Panel>
    )
  }
  if (!sandbox && !isReady) {
    return <Panel>{failure ? <ErrorNotice failure={failure} /> : <Busy>{desktop.starting}</Busy>}</Panel>
  }
  if (sandbox?.Status === 'RUNNING' && sandbox.OsType !== 'Linux') {
    return (
      <Panel>
        <p>{facts.isRealCloud ? desktop.windows : desktop.emulatedWindows}</p>
        <div class="panel-actions">
          {may('DescribeSandboxTerminalUrl') && (
            <button type="button" class="button primary" onClick={() => onDialog('windows')}>
              {facts.isRealCloud ? list.open : list.getKey}
            </button>
          )}
          {back}
        </div>
      </Panel>
    )
  }
  if (sandbox?.Status === 'STOPPED') {
    return (
      <Panel>
        <h2>{desktop.stopped}</h2>
        {failedStarts.has(sandboxId) && <p class="notice warning">{all.power.startFailed}</p>}
        <StoppedNote sandbox={sandbox} />
        <div class="panel-actions">
          <StartButton sandbox={sandbox} may={may} onDialog={onDialog} />
          {back}
        </div>
      </Panel>
    )
  }
  if (sandbox && !isReady) {
    const { Status } = sandbox
    const statusText = status[Status] ?? Status
    return (
      <Panel>
        {Status === 'DELETING' || !isTransitional(Status) ? (
          <>
            <p>{desktop.notRunning(statusText)}</p>
            <div class="panel-actions">{back}</div>
          </>
        ) : (
          <Busy>
            <p>
              {statusText} {Status === 'CREATING' && <BootTime sandbox={sandbox} />}
            </p>
            {Status !== 'STOPPING' && (
              <p class="muted">{sandbox.OsType === 'Linux' ? desktop.waiting : desktop.waitingForWindows}</p>
            )}
          </Busy>
        )}
      </Panel>
    )
  }
  if (state.kind === 'failed') {
    const reconnect = (
      <button type="button" class="button primary" onClick={onReconnect}>
        {desktop.reconnect}
      </button>
    )
    if (facts.hasNoDesktops && state.failure.status === 503) {
      return (
        <Panel>
          <h2>{desktop.noDesktopsTitle}</h2>
          <HowToGetDesktops />
          <div class="panel-actions">
            {reconnect}
            {back}
          </div>
        </Panel>
      )
    }
    return (
      <Panel>
        <ErrorNotice failure={state.failure} context="desktop">
          {reconnect}
          {back}
        </ErrorNotice>
      </Panel>
    )
  }
  if (state.kind === 'password') {
    return (
      <Panel>
        <PasswordForm isWrong={state.isWrong} onPassword={state.send} />
      </Panel>
    )
  }
  return (
    <Panel>
      <Busy>{state.kind === 'reconnecting' ? desktop.reconnecting(state.retry, MAX_RETRIES) : desktop.connecting}</Busy>
      {facts.hasNoDesktops && <HowToGetDesktops />}
    </Panel>
  )
}

type StartButtonProps = Pick<DesktopPanelProps, 'onDialog'> & Pick<Sandboxes, 'may'> & { sandbox: Sandbox }

/** Starts a stopped sandbox, or renews it first if it has expired. Nothing if the caller may not. */
function StartButton({ sandbox, may, onDialog }: StartButtonProps) {
  const { list } = useTexts(consoleTexts)
  const now = useNow((now) => mustRenewToStart(sandbox, now))
  const mustRenew = mustRenewToStart(sandbox, now)
  if (!may(mustRenew ? 'RenewSandbox' : 'StartSandbox')) return null
  return (
    <button type="button" class="button primary" onClick={() => onDialog(mustRenew ? 'renew' : 'start')}>
      {mustRenew ? list.renew : list.start}
    </button>
  )
}

function Panel({ children }: { children: ComponentChildren }) {
  return <div class="panel screen-panel">{children}</div>
}

function Busy({ children }: { children: ComponentChildren }) {
  return (
    <div class="busy" role="status">
      <Spinner />
      <div>{children}</div>
    </div>
  )
}
