import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Local, startLocal } from '../../../infra/local/cloud.ts'
import { type Caller, callerOf } from '../support/api.ts'
import { launchBrowser } from '../support/browser.ts'
import { openConsole } from './console.ts'

let browser: Browser
let local: Local
let call: Caller

beforeAll(async () => {
  browser = await launchBrowser()
  local = await startLocal({ port: 0, ecs: { bootSeconds: 60 } })
  call = callerOf(local.url)
})

afterAll(async () => {
  await browser?.close()
  await local?.close()
})

/** Makes the page believe that its tab is hidden, or seen again. */
const hide = (isHidden: boolean) => `{
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => ${isHidden} })
  document.dispatchEvent(new Event('visibilitychange'))
}`

test('calls nothing while nothing changes, often while a machine boots, and never in a hidden tab', async () => {
  const { page, calls, sandbox, close } = await openConsole(browser, local.url)
  await page.getByText('No sandboxes yet').waitFor()
  const during = async (milliseconds: number) => {
    const before = calls.length
    await page.waitForTimeout(milliseconds)
    return calls.length - before
  }
  expect(await during(4_000)).toBe(0)

  await call('CreateSandbox', { InstanceName: 'boots' })
  await page.evaluate('dispatchEvent(new Event("focus"))')
  await sandbox('boots').getByText('Booting').waitFor()
  const often = await during(4_000)
  expect(often).toBeGreaterThanOrEqual(2)
  expect(often).toBeLessThanOrEqual(4)

  await page.evaluate(hide(true))
  await page.waitForTimeout(1_200) // one may be on its way
  expect(await during(4_000)).toBe(0)
  const before = calls.length
  await page.evaluate(hide(false))
  await expect.poll(() => calls.length).toBeGreaterThan(before)
  await close()
})
