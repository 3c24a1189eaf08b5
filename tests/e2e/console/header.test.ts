import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Local, startLocal } from '../../../infra/local/cloud.ts'
import { launchBrowser } from '../support/browser.ts'
import { openConsole } from './console.ts'

let browser: Browser
let local: Local

beforeAll(async () => {
  browser = await launchBrowser({ hasScrollBars: true })
  local = await startLocal({ port: 0 })
})

afterAll(async () => {
  await browser?.close()
  await local?.close()
})

test('the header keeps its place, whatever the length and the width of the page', async () => {
  const { page, sandbox, close } = await openConsole(browser, local.url)
  await page.getByText('No sandboxes yet').waitFor()
  const places = () =>
    page
      .locator('.header :is(a, button)')
      .evaluateAll((all) => all.map((one) => Math.round(one.getBoundingClientRect().x)))
  const before = await places()

  local.cloud.ecs.seed(30, { instanceName: 'sandbox-worker', tags: { 'managed-by': 'ecs-manager' } })
  await page.reload()
  await sandbox('').nth(29).waitFor()
  expect(await places()).toEqual(before)

  await page.evaluate(`document.documentElement.style.setProperty('--page', '1000px')`)
  expect(await places()).toEqual(before)
  await close()
})
