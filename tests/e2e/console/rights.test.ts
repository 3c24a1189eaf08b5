import type { Browser, BrowserContextOptions } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Local, startLocal } from '../../../infra/local/cloud.ts'
import { callerOf, runningSandbox } from '../support/api.ts'
import { keepScreenshot, launchBrowser } from '../support/browser.ts'
import { type Console, openConsole } from './console.ts'

const KEYS = {
  planner: { key: 'key-of-the-planner', actions: ['read', 'lifecycle'] },
  frontend: { key: 'key-of-the-frontend', actions: ['read', 'use'], owner: 'planner' },
  websockify: { key: 'key-of-websockify', actions: ['ValidateVncToken'] },
  operator: { key: 'key-of-the-operator', actions: ['read', 'use', 'lifecycle'], owner: 'all' },
  auditor: { key: 'key-of-the-auditor', actions: ['read'], owner: 'all' },
}

let browser: Browser
let local: Local

beforeAll(async () => {
  browser = await launchBrowser()
  const settings = { ECS_MANAGER__SECURITY__KEYS: JSON.stringify(KEYS) }
  local = await startLocal({ port: 0, auth: 'key', desktops: true, settings })
})

afterAll(async () => {
  await browser?.close()
  await local?.close()
})

beforeEach(async () => {
  local.cloud.ecs.reset()
  await runningSandbox(callerOf(local.url, KEYS.planner.key), { InstanceName: 'of-planner' })
  await runningSandbox(callerOf(local.url, KEYS.operator.key), { InstanceName: 'of-operator' })
})

async function openAs(name: keyof typeof KEYS, options: BrowserContextOptions = {}): Promise<Console> {
  const visit = await openConsole(browser, local.url, options)
  await enterKey(visit, name)
  return visit
}

async function enterKey({ page }: Console, name: keyof typeof KEYS): Promise<void> {
  await page.locator('input[type=password]').fill(KEYS[name].key)
  await page.keyboard.press('Enter')
}

/** The names of the buttons and links in the row of a sandbox. */
const buttonsOf = ({ sandbox }: Console, name: string) =>
  sandbox(name)
    .locator('.actions > *')
    .evaluateAll((buttons) => buttons.map((button) => button.getAttribute('aria-label')))

test('a planner sees its own sandboxes, and has every button but the one that opens a desktop', async () => {
  const visit = await openAs('planner')
  const { page, sandbox, problems, close } = visit
  await sandbox('of-planner').getByText('Running').waitFor()
  expect(await sandbox('').count()).toBe(1)
  expect(await buttonsOf(visit, 'of-planner')).toEqual([
    'Renew sandbox-of-planner',
    'Restart sandbox-of-planner',
    'Stop sandbox-of-planner',
    'Delete sandbox-of-planner',
  ])
  expect(await page.locator('.caller').innerText()).toMatch(/^Key planner sees only its own sandboxes\s/)
  expect(await page.getByRole('columnheader', { name: 'Owner' }).count()).toBe(0)
  await keepScreenshot(page, 'rights-planner')
  await page.getByRole('button', { name: 'New sandbox', exact: true }).click()
  await page.getByRole('dialog').getByLabel('Name').fill('another')
  await page.getByRole('button', { name: 'Create' }).click()
  await sandbox('sandbox-another').getByText('Running').waitFor()
  expect(await page.getByRole('columnheader', { name: 'Owner' }).count()).toBe(0)
  await close()
  expect(problems).toEqual([])
})

test("a front end opens the planner's desktops and has no other button", async () => {
  const visit = await openAs('frontend')
  const { page, sandbox, calls, problems, close } = visit
  await sandbox('of-planner').getByText('Running').waitFor()
  expect(await sandbox('').count()).toBe(1)
  expect(await buttonsOf(visit, 'of-planner')).toEqual(['Open sandbox-of-planner'])
  expect(await page.getByRole('button', { name: 'New sandbox' }).count()).toBe(0)
  expect(await page.locator('.caller').innerText()).toMatch(/^Key frontend sees only the sandboxes of planner\s/)
  await keepScreenshot(page, 'rights-frontend')

  await sandbox('of-planner').getByRole('link', { name: 'Open' }).click()
  await page.locator('.screen canvas').waitFor() // the bridge has its own key
  for (const name of ['Renew', 'Stop', 'Restart']) {
    expect(await page.locator('.toolbar').getByRole('button', { name, exact: true }).count(), name).toBe(0)
  }
  await keepScreenshot(page, 'rights-frontend-desktop')
  const actions = new Set(calls.map((query) => query.get('Action')))
  expect(actions).toEqual(new Set(['DescribeSandboxes', 'DescribeSandboxTerminalUrl']))
  await close()
  expect(problems).toEqual([])
})

test('an operator sees all sandboxes with their owners, and filters them', async () => {
  local.cloud.ecs.seed(1, { instanceName: 'sandbox-of-nobody', tags: { 'managed-by': 'ecs-manager' } })
  const visit = await openAs('operator')
  const { page, sandbox, problems, close } = visit
  await sandbox('of-nobody').waitFor()
  expect(await sandbox('').count()).toBe(3)
  expect(await buttonsOf(visit, 'of-planner')).toHaveLength(5)
  expect(await sandbox('of-planner').locator('.owner-column').innerText()).toBe('planner')
  expect(await sandbox('of-operator').locator('.owner-column').innerText()).toBe('operator')
  expect(await sandbox('of-nobody').locator('.owner-column').innerText()).toBe('No owner')
  expect(await page.locator('.caller').innerText()).not.toContain('sees only')
  await keepScreenshot(page, 'rights-operator')

  const filter = page.getByLabel('Filter by owner')
  expect(await filter.locator('option').allInnerTexts()).toEqual(['All owners', 'operator', 'planner', 'No owner'])
  await filter.selectOption('planner')
  await page.getByText('1 of 3 shown').waitFor()
  expect(await sandbox('').count()).toBe(1)
  await sandbox('of-planner').getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await sandbox('of-nobody').waitFor() // the owner is gone, and so is its filter
  expect(await filter.locator('option').allInnerTexts()).toEqual(['All owners', 'operator', 'No owner'])
  await close()
  expect(problems).toEqual([])
})

test('a key that may only read has no buttons', async () => {
  const { page, sandbox, problems, close } = await openAs('auditor')
  await sandbox('of-operator').waitFor()
  expect(await sandbox('of-operator').getByRole('button').allInnerTexts()).not.toContain('Open')
  expect(await page.locator('.actions').count()).toBe(0)
  expect(await page.getByRole('columnheader', { name: 'Actions' }).count()).toBe(0)
  await keepScreenshot(page, 'rights-auditor')
  await close()
  expect(problems).toEqual([])
})

test('a key that may not list sandboxes is refused with the reason, and another one is asked for', async () => {
  const visit = await openAs('websockify')
  const { page, sandbox, calls, problems, close } = visit
  await page.getByText('This key may not list sandboxes.').waitFor()
  await keepScreenshot(page, 'rights-websockify')
  const before = calls.length
  await page.waitForTimeout(3_000)
  expect(calls).toHaveLength(before) // it does not go on asking
  await enterKey(visit, 'frontend')
  await sandbox('of-planner').waitFor()

  await page.getByRole('button', { name: 'Use another key' }).click()
  await page.getByText('This local cloud requires an API key').waitFor()
  await enterKey(visit, 'operator')
  await sandbox('of-operator').waitFor()
  await page.reload()
  await sandbox('of-operator').waitFor() // this key is kept, not the one before
  await close()
  expect(problems).toEqual([])
})

test.each([
  ['en-GB', 360, 'light', 'Filter by owner'],
  ['zh-CN', 360, 'dark', '按所有者筛选'],
  ['en-GB', 1024, 'dark', 'Filter by owner'],
  ['en-GB', 1440, 'light', 'Filter by owner'],
] as const)('%s, %d pixels wide, %s: nothing lies beyond the edge', async (locale, width, colorScheme, filter) => {
  const viewport = { width, height: 800 }
  const { page, sandbox, problems, close } = await openAs('operator', { locale, viewport, colorScheme })
  await sandbox('of-planner').waitFor()
  await page.getByLabel(filter).selectOption('planner')
  await sandbox('of-operator').waitFor({ state: 'detached' })
  expect(
    await page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
  ).toBe(0)
  await keepScreenshot(page, `rights-${locale}-${width}`)
  await close()
  expect(problems).toEqual([])
})
