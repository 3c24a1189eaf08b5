import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { facts } from '../common/facts.ts'
import { Header } from '../common/header.tsx'
import { callerKey } from '../common/key.ts'
import { useLanguage } from '../common/language.ts'
import { Desktop } from './desktop.tsx'
import { KeyPrompt } from './key-prompt.tsx'
import { news } from './news.ts'
import { nameOf } from './sandbox.ts'
import { SandboxList } from './sandbox-list.tsx'
import { useRoute } from './use-route.ts'
import { useSandboxes } from './use-sandboxes.ts'
import { words } from './words.ts'

/** The console: the list of sandboxes, or one desktop. */
export function App() {
  const all = words[useLanguage()]
  const route = useRoute()
  const sandboxes = useSandboxes()
  const { list, failure, refresh } = sandboxes
  const said = useNews(sandboxes.list)

  const desktopId = route.page === 'desktop' ? route.sandboxId : undefined
  const desktop = list?.find(({ SandboxId }) => SandboxId === desktopId)
  const cameFrom = useBefore(desktopId)
  useLayoutEffect(() => {
    const here = desktopId === undefined ? all.sandboxes : desktop ? nameOf(desktop) : desktopId
    document.title = `${here} · ${all.product}`
  })

  // A link to a desktop opens it without a key; all else needs one.
  const needsKey = failure?.status === 401 && !(route.page === 'desktop' && route.token)
  const setKey = (key: string) => {
    callerKey.set(key)
    refresh()
  }

  return (
    <>
      {facts.isRealCloud && (
        <p class="real">
          <strong>{all.real.title}</strong> {all.real.text}
        </p>
      )}
      {needsKey || route.page === 'list' ? <Header page="console" /> : null}
      {needsKey ? (
        <KeyPrompt isWrong={failure.code === 'InvalidAccessKey'} onKey={setKey} />
      ) : route.page === 'list' ? (
        <SandboxList sandboxes={sandboxes} cameFrom={cameFrom} />
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
        {said}
      </p>
    </>
  )
}

/** What changed in the latest list, to be read out. */
function useNews(list: ReturnType<typeof useSandboxes>['list']): string {
  const language = useLanguage()
  const before = useRef(list)
  const [said, setSaid] = useState('')
  useEffect(() => {
    const sentences = list && before.current ? news(before.current, list, language) : []
    before.current = list
    if (sentences.length > 0) setSaid(sentences.join(' '))
  }, [list, language])
  return said
}

/** The latest value that was not undefined, while it is. */
function useBefore<T>(value: T | undefined): T | undefined {
  const before = useRef<T | undefined>(undefined)
  useEffect(() => {
    if (value !== undefined) before.current = value
  }, [value])
  return before.current
}
