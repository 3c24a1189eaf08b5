import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { CallError } from '../common/api.ts'
import { facts } from '../common/facts.ts'
import { Header } from '../common/header.tsx'
import { useLanguage } from '../common/language.ts'
import { needsOtherKey, type Sandboxes, useSandboxes } from './api/use-sandboxes.ts'
import { Connect } from './connect/connect.tsx'
import { Desktop } from './desktop/desktop.tsx'
import { KeyPrompt } from './key-prompt.tsx'
import { SandboxList } from './list/sandbox-list.tsx'
import type { ConsoleRoute } from './routes.ts'
import { describeChanges } from './sandbox/changes.ts'
import { displayName } from './sandbox/sandbox.ts'
import type { ConsoleTexts } from './texts/english.ts'
import { consoleTexts } from './texts/texts.ts'
import { useConsoleRoute } from './use-console-route.ts'

/** The console: the list of sandboxes, how to connect an agent, or one desktop. */
export function ConsoleApp() {
  const all = consoleTexts[useLanguage()]
  const route = useConsoleRoute()
  const sandboxes = useSandboxes()
  const { list, caller, failure } = sandboxes
  const announcement = useAnnouncement(list)

  const desktopId = route.page === 'desktop' ? route.sandboxId : undefined
  const desktop = list?.find(({ SandboxId }) => SandboxId === desktopId)
  const lastDesktopId = useLastDesktopId(route)
  const title = desktop ? displayName(desktop) : titleOf(route, all)
  useLayoutEffect(() => {
    document.title = `${title} · ${all.product}`
  })

  // A link to a desktop works without a key, and so does the page for agents. Everything else needs one.
  const isOpenLink = route.page === 'desktop' && route.token !== undefined
  const needsKey = failure !== undefined && needsOtherKey(failure) && !isOpenLink && route.page !== 'connect'

  return (
    <>
      {facts.isRealCloud && (
        <p class="real">
          <strong>{all.real.title}</strong> {all.real.text}
        </p>
      )}
      {needsKey || route.page !== 'desktop' ? (
        <Header current={route.page === 'connect' ? 'agents' : 'console'} />
      ) : null}
      {needsKey ? (
        <KeyPrompt problem={keyProblem(failure)} onKey={sandboxes.setKey} />
      ) : route.page === 'connect' ? (
        <Connect caller={caller} />
      ) : route.page === 'list' ? (
        <SandboxList sandboxes={sandboxes} lastDesktopId={lastDesktopId} />
      ) : (
        <Desktop
          key={`${route.sandboxId} ${route.token ?? ''}`}
          sandboxId={route.sandboxId}
          token={route.token}
          sandbox={desktop}
          sandboxes={sandboxes}
        />
      )}
      <p class="visually-hidden" role="status">
        {announcement}
      </p>
    </>
  )
}

function titleOf(route: ConsoleRoute, { sandboxes, connect }: ConsoleTexts): string {
  switch (route.page) {
    case 'list':
      return sandboxes
    case 'connect':
      return connect.title
    case 'desktop':
      return route.sandboxId
  }
}

function keyProblem({ code, status }: CallError): 'wrong' | 'noList' | undefined {
  if (code === 'InvalidAccessKey') return 'wrong'
  return status === 403 ? 'noList' : undefined
}

/** Returns a description of the latest changes of the list, for screen readers. */
function useAnnouncement(list: Sandboxes['list']): string {
  const language = useLanguage()
  const previous = useRef(list)
  const [announcement, setAnnouncement] = useState('')
  useEffect(() => {
    const sentences = list && previous.current ? describeChanges(previous.current, list, language, Date.now()) : []
    previous.current = list
    if (sentences.length > 0) setAnnouncement(sentences.join(' '))
  }, [list, language])
  return announcement
}

/** Returns the id of the desktop that was open before the list. */
function useLastDesktopId(route: ConsoleRoute): string | undefined {
  const last = useRef<string | undefined>(undefined)
  useEffect(() => {
    if (route.page !== 'list') last.current = route.page === 'desktop' ? route.sandboxId : undefined
  }, [route])
  return last.current
}
