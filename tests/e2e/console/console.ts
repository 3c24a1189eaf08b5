import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'

export type Console = {
  page: Page
  /** What no visit should bring: errors in the browser's console, and what the page threw. */
  problems: string[]
  /** The actions that were called, in order. */
  calls: URLSearchParams[]
  /** Everything that was asked for, by its origin; of WebSockets it begins with `ws:`. */
  origins: Set<string>
  /** The row or the card of a sandbox, by its name. */
  sandbox: (name: string) => Locator
  close: () => Promise<void>
}

/** Opens the console of a local cloud as a person with such a browser has it. */
export async function openConsole(
  browser: Browser,
  url: string,
  options: BrowserContextOptions & { hash?: string } = {},
): Promise<Console> {
  const { hash = '', ...visitor } = options
  const context = await browser.newContext({ locale: 'en-GB', colorScheme: 'light', ...visitor })
  const page = await context.newPage()
  const problems: string[] = []
  const calls: URLSearchParams[] = []
  const origins = new Set<string>()
  page.on('pageerror', (error) => problems.push(`${error}`))
  page.on('console', (message) => {
    // The browser itself notes calls that were refused, which some tests bring about.
    const isRefusal = message.text().startsWith('Failed to load resource')
    if (/error|warning/.test(message.type()) && !isRefusal) problems.push(message.text())
  })
  context.on('request', (request) => {
    const { origin, searchParams } = new URL(request.url())
    origins.add(origin)
    if (searchParams.has('Action')) calls.push(searchParams)
  })
  page.on('websocket', (socket) => origins.add(new URL(socket.url()).origin))
  await page.goto(`${url}/console${hash}`)
  return {
    page,
    problems,
    calls,
    origins,
    sandbox: (name) => page.locator('[data-sandbox]').filter({ hasText: name }),
    close: () => context.close(),
  }
}

/** What has the focus, by its name. */
export const focused = (page: Page): Promise<string> =>
  page.evaluate<string>(`(({ activeElement: it }) => it.getAttribute('aria-label') ?? it.textContent)(document)`)
