import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { facts } from '../common/facts.ts'
import { Header } from '../common/header.tsx'
import { useTexts } from '../common/language.ts'
import type { KnownValues } from './known-values.ts'
import { OperationNames } from './marked-text.tsx'
import { Navigation } from './navigation.tsx'
import { type Api, readApi } from './openapi.ts'
import { OperationPage } from './operation-page.tsx'
import { Overview } from './overview.tsx'
import { type DocsRoute, linkTo, useDocsRoute } from './route.ts'
import { docsTexts } from './texts.ts'

/** The API reference, with one page for each action and a form to try it. */
export function DocsApp() {
  const all = useTexts(docsTexts)
  const { api, hasFailed, load } = useApi()
  const route = useDocsRoute()
  const operations = useMemo(() => api?.groups.flatMap((group) => group.operations) ?? [], [api])
  const names = useMemo(() => operations.map(({ id }) => id), [operations])
  const operation = operations.find(({ id }) => id === route.name)
  const [known, setKnown] = useState<KnownValues>({})
  useArrival(route, api !== undefined)
  useLayoutEffect(() => {
    document.title = [operation?.id, all.title, all.product].filter(Boolean).join(' · ')
  })

  return (
    <>
      {facts.isRealCloud && (
        <p class="real">
          <strong>{all.real.title}</strong> {all.real.text}
        </p>
      )}
      <Header page="docs" />
      {api && (
        <OperationNames.Provider value={names}>
          <div class="docs">
            <Navigation groups={api.groups} current={route.name} />
            <main key={route.name}>
              {operation ? (
                <OperationPage operation={operation} known={known} onKnown={setKnown} />
              ) : route.name ? (
                <p>
                  {all.unknown} <a href={linkTo('')}>{all.overview}</a>
                </p>
              ) : (
                <Overview api={api} />
              )}
            </main>
          </div>
        </OperationNames.Provider>
      )}
      {hasFailed && (
        <div class="docs-failed" role="alert">
          <h1>{all.failed}</h1>
          <p class="muted">{all.failedHint}</p>
          <button type="button" class="button" onClick={load}>
            {all.tryAgain}
          </button>
        </div>
      )}
      {!api && !hasFailed && (
        <p class="visually-hidden" role="status">
          {all.loading}
        </p>
      )}
    </>
  )
}

function useApi() {
  const [api, setApi] = useState<Api>()
  const [hasFailed, setFailed] = useState(false)
  const load = async () => {
    setFailed(false)
    try {
      const response = await fetch('/openapi.json')
      setApi(readApi(await response.json()))
    } catch {
      setFailed(true)
    }
  }
  useEffect(() => {
    load()
  }, [])
  return { api, hasFailed, load }
}

/**
 * Scrolls to the section in the URL. Without a section, another page starts at the top with the focus on its heading,
 * except for the first page after loading.
 */
function useArrival({ name, section }: DocsRoute, isThere: boolean) {
  const before = useRef<string | undefined>(undefined)
  useLayoutEffect(() => {
    if (!isThere) return
    const isFirst = before.current === undefined
    const isNew = before.current !== name
    before.current = name
    const heading = section && document.getElementById(linkTo(name, section).slice(1))
    if (heading) heading.scrollIntoView()
    else if (isNew && !isFirst) {
      scrollTo(0, 0)
      document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true })
    }
  }, [name, section, isThere])
}
