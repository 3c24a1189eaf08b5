import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Local, startLocal } from '../../infra/local/cloud.ts'
import { type Caller, callerOf, runningSandbox } from './support/api.ts'
import { keepScreenshot, launchBrowser } from './support/browser.ts'

let browser: Browser
let local: Local
let call: Caller
const pages: Page[] = []

beforeAll(async () => {
  browser = await launchBrowser()
  local = await startLocal({ port: 0, desktops: true, ecs: { bootSeconds: 2 } })
  call = callerOf(local.url)
})

afterAll(async () => {
  await browser?.close()
  await local?.close()
})

afterEach(async () => {
  for (const page of pages.splice(0)) await page.close()
})

async function open(url: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en-US', colorScheme: 'light' })
  pages.push(page)
  await page.goto(url)
  return page
}

const SCREEN = `document.querySelector('.screen canvas')`
const PIXELS = `new Uint32Array(${SCREEN}.getContext('2d').getImageData(0, 0, ${SCREEN}.width, ${SCREEN}.height).data.buffer)`

/** How many colours the desktop shows; none before it is there. */
const colours = (page: Page) => page.evaluate<number>(`${SCREEN} ? new Set(${PIXELS}).size : 0`)

/** Keeps what the desktop shows, to compare with later. */
const remember = (page: Page) => page.evaluate(`{ window.before = ${PIXELS} }`)

/** How many pixels are not what they were. */
const changed = (page: Page) =>
  page.evaluate<number>(`(() => {
    const now = ${PIXELS}
    return window.before.reduce((count, pixel, at) => count + (pixel === now[at] ? 0 : 1), 0)
  })()`)

test('a person makes a sandbox, works on its desktop, renews it and deletes it', async () => {
  const page = await open(`${local.url}/console`)
  await page.getByRole('button', { name: 'New sandbox' }).first().click()
  await page.getByLabel('Name').fill('agent-1')
  await keepScreenshot(page, 'desktop-1-create')
  await page.getByRole('button', { name: 'Create', exact: true }).click()

  const row = page.getByRole('row').filter({ hasText: 'sandbox-agent-1' })
  await row.getByText('Booting').waitFor()
  await keepScreenshot(page, 'desktop-2-booting')
  await row.getByText('Running').waitFor({ timeout: 15_000 })
  await keepScreenshot(page, 'desktop-3-running')

  await row
    .getByRole('link', { name: 'Open' })
    .or(row.getByRole('button', { name: 'Open' }))
    .click()
  await expect.poll(() => colours(page)).toBeGreaterThan(2)
  await expect.poll(() => settled(page)).toBe(true)
  await keepScreenshot(page, 'desktop-4-open')

  // The terminal has the focus of the desktop; a click into it makes sure of the keyboard of the page.
  await page.locator('.screen canvas').click({ position: { x: 300, y: 200 } })
  await remember(page)
  await page.keyboard.type('echo ready')
  await expect.poll(() => changed(page)).toBeGreaterThan(100)
  const typed = await changed(page)
  await page.keyboard.press('Enter')
  await expect.poll(() => changed(page)).toBeGreaterThan(typed + 50)
  await keepScreenshot(page, 'desktop-5-typed')

  const [before] = (await call('DescribeSandboxes')).Result
  await page.keyboard.press('Control+Alt+Shift') // out of the desktop
  await page.getByRole('button', { name: 'Renew' }).click()
  await page.getByRole('dialog').getByText('8 hours').click()
  await page.getByRole('dialog').getByRole('button', { name: 'Renew' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  const [after] = (await call('DescribeSandboxes')).Result
  expect(after.ExpireAt < before.ExpireAt).toBe(true)
  expect(await colours(page)).toBeGreaterThan(2) // still there

  await page.getByRole('link', { name: 'Back to all sandboxes' }).click()
  await row.getByRole('button', { name: 'Delete' }).click()
  await keepScreenshot(page, 'desktop-6-delete')
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await row.waitFor({ state: 'detached' })
  await page.getByText('No sandboxes yet').waitFor()
  await keepScreenshot(page, 'desktop-7-gone')
  expect((await call('DescribeSandboxes')).Result).toEqual([])
})

/** Whether the desktop shows the same for half a second: its programs have drawn what they have to. It is remembered then. */
async function settled(page: Page): Promise<boolean> {
  await remember(page)
  await page.waitForTimeout(500)
  return (await changed(page)) === 0
}

test('the link of a token is the desktop; it opens once', async () => {
  const { SandboxId } = await runningSandbox(call, { InstanceName: 'by-link' })
  const { Url } = (await call('DescribeSandboxTerminalUrl', { SandboxId })).Result
  const page = await open(Url)
  await expect.poll(() => colours(page)).toBeGreaterThan(2)
  expect(page.url()).not.toContain('token') // who copies the address copies nothing that opens

  const second = await open(Url)
  await second.getByText('Details').click()
  await second.getByText('InvalidVncToken.NotFound').waitFor()
  expect(await colours(second)).toBe(0)
  await keepScreenshot(second, 'desktop-link-used')

  await call('DeleteSandbox', { SandboxId })
  await page.getByRole('heading', { name: 'This sandbox is gone' }).waitFor()
  await keepScreenshot(page, 'desktop-ended')
})

test('20 desktops are open at once, each of a machine of its own', async () => {
  const sandboxes = await Promise.all(
    Array.from({ length: 20 }, (_, at) => runningSandbox(call, { InstanceName: `many-${at}` })),
  )
  expect(new Set(sandboxes.map(({ PrimaryIp }) => PrimaryIp)).size).toBe(20)
  const opened: Page[] = []
  for (const { SandboxId } of sandboxes) {
    const { Url } = (await call('DescribeSandboxTerminalUrl', { SandboxId })).Result
    opened.push(await open(Url))
  }
  for (const page of opened) await expect.poll(() => colours(page)).toBeGreaterThan(2)

  // What is typed into one of them is seen there alone.
  const [first, ...others] = opened as [Page, ...Page[]]
  await Promise.all(opened.map((page) => expect.poll(() => settled(page)).toBe(true)))
  await first.bringToFront()
  await first.locator('.screen canvas').click({ position: { x: 300, y: 200 } })
  await first.keyboard.type('echo ready')
  await expect.poll(() => changed(first)).toBeGreaterThan(100)
  for (const page of others) expect(await changed(page)).toBe(0)

  await Promise.all(sandboxes.map(({ SandboxId }) => call('DeleteSandbox', { SandboxId })))
})
