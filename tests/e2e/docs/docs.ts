import type { Browser, BrowserContextOptions, Page } from 'playwright-core'

/** Opens the page in a new browser context, and records what a page must not do. */
export async function openDocs(browser: Browser, url: string, { hash = '', ...options }: DocsOptions = {}) {
  const context = await browser.newContext({ locale: 'en-GB', colorScheme: 'light', ...options })
  const page = await context.newPage()
  const problems: string[] = []
  context.on('request', (request) => {
    if (new URL(request.url()).origin !== url && !request.url().startsWith('data:')) problems.push(request.url())
  })
  page.on('pageerror', ({ message }) => problems.push(message))
  page.on('console', (message) => {
    // The browser itself reports the calls that fail.
    const isFailure = message.text().startsWith('Failed to load resource')
    if (/error|warning/.test(message.type()) && !isFailure) problems.push(message.text())
  })
  await page.goto(`${url}/docs${hash && `#${hash}`}`)
  await page.locator('.opblock').first().waitFor()
  return {
    page,
    problems,
    /** The part of an operation, opened. */
    open: async (operationId: string) => {
      const operation = page.locator(`[id$="-${operationId}"]`)
      const isOpen = (await operation.getAttribute('class'))?.includes('is-open')
      if (!isOpen) await operation.locator('.opblock-summary-control').click()
      await operation.getByText('Responses', { exact: true }).waitFor()
      return operation
    },
    close: () => context.close(),
  }
}

type DocsOptions = BrowserContextOptions & { hash?: string }

/** How many pixels of the page lie beyond its right edge. */
export const overflow = (page: Page) =>
  page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')
