import type { Browser, Request } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Local, startLocal } from '../../../infra/local/cloud.ts'
import { type Caller, callerOf } from '../support/api.ts'
import { launchBrowser } from '../support/browser.ts'
import { type Console, openConsole } from './console.ts'

let browser: Browser
let local: Local
let call: Caller
let visit: Console

beforeAll(async () => {
  browser = await launchBrowser()
  local = await startLocal({ port: 0, ecs: { bootSeconds: 3_600 } })
  call = callerOf(local.url)
})

afterAll(async () => {
  await browser?.close()
  await local?.close()
})

/** The requests in progress. */
const pending = new Set<Request>()

beforeEach(async () => {
  pending.clear() // a request that was in progress when its page was closed never ends
  local.cloud.ecs.reset()
  visit = await openConsole(browser, local.url)
  const { page } = visit
  page.on('request', (request) => pending.add(request))
  page.on('requestfinished', (request) => pending.delete(request))
  page.on('requestfailed', (request) => pending.delete(request))
  await page.clock.install()
  await page.reload()
  await page.getByText('No sandboxes yet').waitFor()
  // From here on, the clock of the page stands still unless a test advances it.
  await page.clock.pauseAt(Date.now() + 60_000)
  await settle()
})

afterEach(() => visit.close())

/** Waits until the page has handled all responses and waits for its clock. */
async function settle(): Promise<void> {
  let calls: number
  do {
    calls = visit.calls.length
    await expect.poll(() => pending.size, { timeout: 30_000 }).toBe(0)
    await visit.page.clock.runFor(20) // rendering needs the clock too
  } while (pending.size > 0 || visit.calls.length > calls)
}

/** Advances the clock of the page. Returns the number of calls meanwhile. */
async function advance(milliseconds: number): Promise<number> {
  const before = visit.calls.length
  for (let passed = 0; passed < milliseconds; passed += 500) {
    await visit.page.clock.runFor(500)
    await settle()
  }
  return visit.calls.length - before
}

/** Makes the page believe that its tab is hidden, or visible again. */
const hide = (isHidden: boolean) => `{
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => ${isHidden} })
  document.dispatchEvent(new Event('visibilitychange'))
}`

test('polls seldom while nothing changes, often while a machine boots, and never in a hidden tab', async () => {
  const { page, calls, sandbox } = visit
  const seldom = await advance(20_000)
  expect(seldom).toBeGreaterThanOrEqual(3)
  expect(seldom).toBeLessThanOrEqual(6)

  await call('CreateSandbox', { InstanceName: 'boots' })
  await page.evaluate('dispatchEvent(new Event("focus"))')
  await settle()
  await sandbox('boots').getByText('Booting').waitFor()
  expect(await advance(10_000)).toBeGreaterThanOrEqual(6)

  await page.evaluate(hide(true))
  await advance(2_000) // one may be in progress
  expect(await advance(20_000)).toBe(0)
  const before = calls.length
  await page.evaluate(hide(false))
  await expect.poll(() => calls.length).toBeGreaterThan(before)
})

test('what others create appears within five seconds', async () => {
  const { sandbox } = visit
  await call('CreateSandbox', { InstanceName: 'of-others' })
  await advance(5_000)
  await sandbox('of-others').waitFor()
})

test('says how old the list is, and refreshes it at once when asked to', async () => {
  const { page, sandbox } = visit
  await page.route('**/?Action=DescribeSandboxes*', (route) => route.abort())
  await page.clock.runFor(200_000)
  await settle()
  await page.getByText(/^Updated \d min ago$/).waitFor()
  await page.unrouteAll({ behavior: 'wait' })
  await call('CreateSandbox', { InstanceName: 'of-others' })
  await page.getByRole('button', { name: 'Refresh' }).click()
  await settle()
  await sandbox('of-others').waitFor()
  await page.getByText('Updated 0 s ago').waitFor()
})
