import type { Browser, BrowserContextOptions, Page } from 'playwright-core'

export type DocsOptions = BrowserContextOptions & {
  /** What stands behind `#`. */
  hash?: string
}

/** Opens the description in a browser of its own, and takes down everything that a page should not do. */
export async function openDocs(browser: Browser, url: string, { hash = '', ...options }: DocsOptions = {}) {
  const context = await browser.newContext({ locale: 'en-GB', ...options })
  const page = await context.newPage()
  const problems: string[] = []
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== url && !request.url().startsWith('data:')) problems.push(request.url())
  })
  page.on('pageerror', ({ message }) => problems.push(message))
  page.on('console', (message) => {
    // The browser says itself which answers were failures.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      problems.push(message.text())
  })
  await page.goto(`${url}/docs${hash && `#${hash}`}`)
  await page.locator('h1').waitFor()
  const form = page.getByRole('form', { name: /Try it|试一试/ })
  return {
    page,
    problems,
    form,
    /** The way of a person from one action to another. */
    goTo: (name: string) => page.getByRole('navigation').getByRole('link', { name, exact: true }).click(),
    field: (name: string) => form.getByLabel(name),
    send: () => form.getByRole('button', { name: 'Send' }).click(),
    answer: form.getByRole('region', { name: 'Answer' }),
    close: () => context.close(),
  }
}

/** How many pixels of the page lie beyond its right edge. */
export const overflow = (page: Page) =>
  page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')
