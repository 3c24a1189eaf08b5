import type { ComponentChildren } from 'preact'
import type { Sandbox } from '../common/api.ts'
import { CopyButton } from '../common/copy-button.tsx'
import { facts } from '../common/facts.ts'
import { useWords } from '../common/language.ts'
import { ErrorNotice } from './error-notice.tsx'
import { MOST_TRIES } from './reconnect.ts'
import { LIST } from './routes.ts'
import { isMoving } from './sandbox.ts'
import { Spinner } from './spinner.tsx'
import type { DesktopState } from './use-desktop.ts'
import type { Sandboxes } from './use-sandboxes.ts'
import { words } from './words.ts'

const COMMAND = 'npm start -- --desktops'

type DesktopPanelProps = {
  sandbox: Sandbox | undefined
  sandboxes: Pick<Sandboxes, 'list' | 'failure'>
  isReady: boolean
  state: DesktopState
  onAgain: () => void
}

/** In place of a desktop: what is waited for, or why there is none. */
export function DesktopPanel({ sandbox, sandboxes: { list, failure }, isReady, state, onAgain }: DesktopPanelProps) {
  const all = useWords(words)
  const { desktop, status } = all
  const back = (
    <a class="button" href={LIST}>
      {desktop.back}
    </a>
  )

  if (list && !sandbox && (state.kind === 'idle' || state.kind === 'over')) {
    return (
      <Panel>
        <h2>{desktop.goneTitle}</h2>
        <p class="muted">{desktop.goneText}</p>
        <div class="panel-actions">{back}</div>
      </Panel>
    )
  }
  if (!sandbox && !isReady) {
    return <Panel>{failure ? <ErrorNotice failure={failure} /> : <Busy>{desktop.starting}</Busy>}</Panel>
  }
  if (sandbox && sandbox.OsType !== 'Linux') {
    return (
      <Panel>
        <p>{desktop.windows}</p>
        <div class="panel-actions">{back}</div>
      </Panel>
    )
  }
  if (sandbox && !isReady) {
    const { Status } = sandbox
    const inWords = status[Status] ?? Status
    return (
      <Panel>
        {Status === 'DELETING' || !isMoving(Status) ? (
          <>
            <p>{desktop.notRunning(inWords)}</p>
            <div class="panel-actions">{back}</div>
          </>
        ) : (
          <Busy>{desktop.waiting(inWords)}</Busy>
        )}
      </Panel>
    )
  }
  if (state.kind === 'over') {
    const again = (
      <button type="button" class="button primary" onClick={onAgain}>
        {desktop.reconnect}
      </button>
    )
    if (facts.hasNoDesktops && state.failure.status === 503) {
      return (
        <Panel>
          <h2>{desktop.noDesktopsTitle}</h2>
          <HowToGetDesktops />
          <div class="panel-actions">
            {again}
            {back}
          </div>
        </Panel>
      )
    }
    return (
      <Panel>
        <ErrorNotice failure={state.failure} during="desktop">
          {again}
          {back}
        </ErrorNotice>
      </Panel>
    )
  }
  return (
    <Panel>
      <Busy>{state.kind === 'broken' ? desktop.reconnecting(state.tries, MOST_TRIES) : desktop.connecting}</Busy>
      {facts.hasNoDesktops && <HowToGetDesktops />}
    </Panel>
  )
}

function Panel({ children }: { children: ComponentChildren }) {
  return <div class="panel screen-panel">{children}</div>
}

function Busy({ children }: { children: ComponentChildren }) {
  return (
    <p class="busy" role="status">
      <Spinner /> {children}
    </p>
  )
}

function HowToGetDesktops() {
  const { desktop } = useWords(words)
  return (
    <>
      <p class="muted">{desktop.noDesktops}</p>
      <p class="command">
        <code>{COMMAND}</code>
        <CopyButton text={COMMAND} what={COMMAND} />
      </p>
    </>
  )
}
