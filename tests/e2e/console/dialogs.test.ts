import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Local, startLocal } from '../../../infra/local/cloud.ts'
import { callerOf } from '../support/api.ts'
import { launchBrowser } from '../support/browser.ts'
import { type Console, openConsole } from './console.ts'

let browser: Browser
let local: Local
let visit: Console

beforeAll(async () => {
  browser = await launchBrowser()
  local = await startLocal({ port: 0 })
  await callerOf(local.url)('CreateSandbox', { InstanceName: 'agent-1' })
})

afterAll(async () => {
  await browser?.close()
  await local?.close()
})

beforeEach(async () => {
  visit = await openConsole(browser, local.url)
  await visit.page.clock.install()
  await visit.page.reload()
  await visit.sandbox('sandbox-agent-1').waitFor()
})

afterEach(async () => {
  await visit.close()
  expect(visit.problems).toEqual([])
})

/** When the page has been drawn, and what it had queued before is done. */
const drawn = () =>
  visit.page.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))')

/** The `type` of the input that has the focus. */
const fieldInFocus = () => visit.page.evaluate<string>('document.activeElement.type')

test('who points at another lifetime can type it, and leave the field again', async () => {
  const { page, sandbox } = visit
  await sandbox('agent-1').getByRole('button', { name: 'Renew' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('Other', { exact: true }).click()
  expect(await fieldInFocus()).toBe('text')

  await page.keyboard.press('Shift+Tab')
  expect(await fieldInFocus()).toBe('radio')
  await page.clock.fastForward(120_000) // the form looks at the clock, and is drawn again
  await drawn()
  expect(await fieldInFocus()).toBe('radio')
})

test('arrow keys pass over another lifetime', async () => {
  const { page, sandbox } = visit
  await sandbox('agent-1').getByRole('button', { name: 'Renew' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('15 min').check()
  await page.keyboard.press('ArrowLeft')
  await dialog.getByLabel('How long').waitFor()
  expect(await fieldInFocus()).toBe('radio')
  await page.keyboard.press('ArrowRight')
  await dialog.getByLabel('How long').waitFor({ state: 'detached' })
  expect(await dialog.getByLabel('15 min').isChecked()).toBe(true)
})

test('a creation under way keeps its dialog, however often Esc is pressed, and its failure is said there', async () => {
  const { page } = visit
  let fail = () => {}
  const isFailing = new Promise<void>((resolve) => {
    fail = resolve
  })
  await page.route('**/?Action=CreateSandbox*', async (route) => {
    await isFailing
    await route.abort()
  })
  await page.getByRole('button', { name: 'New sandbox', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Create' }).click()
  await dialog.getByText('Creating').waitFor()
  for (let presses = 0; presses < 5; presses += 1) {
    await page.keyboard.press('Escape')
    await dialog.waitFor()
  }
  fail()
  await dialog.getByText('does not answer').waitFor()
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
})

test('a dialog that opens at the moment another goes stays', async () => {
  const { page } = visit
  await page.getByRole('button', { name: 'New sandbox', exact: true }).click()
  await page.getByRole('dialog', { name: 'New sandbox' }).waitFor()
  // Within one task of the browser: the event that tells of the closing comes after it.
  await page.evaluate(`(async () => {
    const press = (name) => [...document.querySelectorAll('button')].find((one) => one.matches(name)).click()
    press('dialog .dialog-actions > [type=button]')
    for (let turns = 0; turns < 1_000 && document.querySelector('dialog'); turns += 1) await null
    press('[aria-label="Renew sandbox-agent-1"]')
  })()`)
  const next = page.getByRole('dialog', { name: 'Renew sandbox-agent-1' })
  await next.waitFor()
  await drawn()
  expect(await next.count()).toBe(1)
})
