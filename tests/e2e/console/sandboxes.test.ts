import { createHash } from 'node:crypto'
import type { Browser, Route } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Local, startLocal } from '../../../infra/local/cloud.ts'
import { type Caller, callerOf } from '../support/api.ts'
import { keepScreenshot, launchBrowser } from '../support/browser.ts'
import { type Console, focused, openConsole } from './console.ts'

let browser: Browser
let local: Local
let call: Caller
let visit: Console

beforeAll(async () => {
  browser = await launchBrowser()
  local = await startLocal({ port: 0, ecs: { bootSeconds: 2, deleteSeconds: 1 } })
  call = callerOf(local.url)
})

afterAll(async () => {
  await browser?.close()
  await local?.close()
})

beforeEach(async () => {
  local.cloud.ecs.reset()
  visit = await openConsole(browser, local.url)
})

// Whatever was done: nothing went wrong on the way, and nobody else was asked for anything.
afterEach(async () => {
  await visit.close()
  expect(visit.problems).toEqual([])
  expect([...visit.origins]).toEqual([local.url])
})

const listed = async () => (await call('DescribeSandboxes')).Result

/** An end of which the list tells, so many milliseconds from now. */
const ending = (milliseconds: number) => ({
  'managed-by': 'ecs-manager',
  'ecs-manager:expire-at': new Date(Date.now() + milliseconds).toISOString(),
})

test('by mouse: created, booting, running, renewed, deleted, gone', async () => {
  const { page, sandbox } = visit
  await page.getByText('No sandboxes yet').waitFor()
  await page.getByRole('button', { name: 'New sandbox', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'New sandbox' })
  await dialog.getByLabel('Name').fill('agent-1')
  await dialog.getByText('Linux').click()
  await dialog.getByText('8 hours').click()
  await keepScreenshot(page, 'console-create')
  await dialog.getByRole('button', { name: 'Create' }).click()

  await sandbox('sandbox-agent-1').getByText('Booting').waitFor()
  await keepScreenshot(page, 'console-booting')
  await sandbox('sandbox-agent-1').getByText('Running').waitFor()
  const [made] = await listed()
  expect(made).toMatchObject({ InstanceName: 'sandbox-agent-1', OsType: 'Linux', Status: 'RUNNING' })
  const row = await sandbox('sandbox-agent-1').innerText()
  for (const fact of [made.SandboxId, made.PrimaryIp, made.InstanceTypeId, '7 h 59 min']) expect(row).toContain(fact)
  const end = await sandbox('sandbox-agent-1').locator('.time-left').getAttribute('datetime')
  expect(end).toBe(made.ExpireAt)

  await sandbox('sandbox-agent-1').getByRole('button', { name: 'Renew' }).click()
  const renewal = page.getByRole('dialog', { name: 'Renew sandbox-agent-1' })
  await renewal.getByText('Other', { exact: true }).click()
  await renewal.getByLabel('How long').fill('90')
  await renewal.getByLabel('Unit').selectOption('minutes')
  await renewal.getByRole('button', { name: 'Renew' }).click()
  await renewal.waitFor({ state: 'detached' })
  await sandbox('sandbox-agent-1').getByText('1 h 29 min').waitFor()
  const [renewed] = await listed()
  expect((Date.parse(renewed.ExpireAt) - Date.now()) / 60_000).toBeCloseTo(90, 0)

  await sandbox('sandbox-agent-1').getByRole('button', { name: 'Delete' }).click()
  const question = page.getByRole('dialog', { name: 'Delete sandbox-agent-1?' })
  await question.getByRole('button', { name: 'Cancel' }).click()
  expect(await listed()).toHaveLength(1)
  await sandbox('sandbox-agent-1').getByRole('button', { name: 'Delete' }).click()
  await question.getByRole('button', { name: 'Delete' }).click()
  await sandbox('sandbox-agent-1').getByText('Deleting').waitFor()
  await page.getByText('No sandboxes yet').waitFor()
  expect(await listed()).toEqual([])
})

test('by keyboard alone, with the focus always where one looks for it', async () => {
  const { page, sandbox } = visit
  const { keyboard } = page
  await page.getByText('No sandboxes yet').waitFor()
  const tabTo = async (name: string) => {
    for (let steps = 0; (await focused(page)) !== name; steps += 1) {
      if (steps > 30) expect.fail(`no Tab leads to ${name}`)
      await keyboard.press('Tab')
    }
  }
  await tabTo('New sandbox')
  await keyboard.press('Enter')
  await page.getByRole('dialog').waitFor()
  await keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  expect(await focused(page)).toBe('New sandbox')

  await keyboard.press('Enter')
  await keyboard.type('by-keyboard') // the first field has the focus
  await keyboard.press('Tab')
  await keyboard.press('ArrowRight') // Windows
  await keyboard.press('Tab')
  for (let steps = 0; steps < 2; steps += 1) await keyboard.press('ArrowRight') // 1 hour
  await keyboard.press('Enter')
  await sandbox('sandbox-by-keyboard').getByText('Running').waitFor()
  const [made] = await listed()
  expect(made.OsType).toBe('Windows')
  expect((Date.parse(made.ExpireAt) - Date.parse(made.CreatedAt)) / 3_600_000).toBeCloseTo(1, 2)
  expect(await focused(page)).toBe('Sandboxes') // the button of the empty page is gone

  await tabTo('Renew sandbox-by-keyboard')
  await keyboard.press('Enter')
  await keyboard.press('ArrowRight') // 8 hours
  await keyboard.press('Enter')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  expect(await focused(page)).toBe('Renew sandbox-by-keyboard')
  await sandbox('sandbox-by-keyboard').getByText('7 h 59 min').waitFor()

  await tabTo('Delete sandbox-by-keyboard')
  await keyboard.press('Enter')
  expect(await focused(page)).toBe('Cancel') // Enter twice deletes nothing
  await keyboard.press('Tab')
  await keyboard.press('Space')
  await sandbox('sandbox-by-keyboard').waitFor({ state: 'detached' })
  await expect.poll(() => focused(page)).toBe('Sandboxes')
  expect(await listed()).toEqual([])
})

test('who cannot see it hears how it goes on', async () => {
  const { page } = visit
  await page.getByText('No sandboxes yet').waitFor()
  await page.evaluate(`{
    window.heard = []
    const regions = () => [...document.querySelectorAll('[role=status]')].map((one) => one.textContent)
    const changes = { subtree: true, childList: true, characterData: true }
    new MutationObserver(() => heard.push(...regions())).observe(document.body, changes)
  }`)
  const heard = () => page.evaluate<string[]>('window.heard')
  const { SandboxId } = (await call('CreateSandbox', { InstanceName: 'agent-1' })).Result
  await page.evaluate('dispatchEvent(new Event("focus"))')
  await expect.poll(heard, { timeout: 15_000 }).toContain('sandbox-agent-1: Booting.')
  await expect.poll(heard, { timeout: 15_000 }).toContain('sandbox-agent-1 is now: Running.')
  await call('DeleteSandbox', { SandboxId })
  await page.evaluate('dispatchEvent(new Event("focus"))')
  await expect.poll(heard, { timeout: 15_000 }).toContain('sandbox-agent-1 was deleted.')
})

test('a creation that is slow and whose button is pressed twice makes one machine', async () => {
  const { page, sandbox } = visit
  local.cloud.ecs.faults.add({ Kind: 'Delay', DelayMs: 1_000, Action: 'RunInstances', Times: 1 })
  await page.getByRole('button', { name: 'New sandbox', exact: true }).click()
  await page.getByLabel('Name').fill('once')
  await page.getByRole('button', { name: 'Create' }).dblclick()
  await page.keyboard.press('Enter')
  await sandbox('sandbox-once').first().waitFor()
  expect(await listed()).toHaveLength(1)
})

test('a creation whose answer was lost is repeated with the same token, and makes one machine', async () => {
  const { page, sandbox, calls } = visit
  const loseAnswer = async (route: Route) => {
    await route.fetch()
    await route.abort()
  }
  await page.route('**/?Action=CreateSandbox*', loseAnswer, { times: 1 })
  await page.getByRole('button', { name: 'New sandbox', exact: true }).click()
  await page.getByLabel('Name').fill('lost')
  await page.getByRole('button', { name: 'Create' }).click()
  await page.getByRole('dialog').getByText('does not answer').waitFor()
  await page.getByRole('button', { name: 'Create' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await sandbox('sandbox-lost').first().waitFor()
  expect(await listed()).toHaveLength(1)
  const tokens = calls.filter((one) => one.get('Action') === 'CreateSandbox').map((one) => one.get('ClientToken'))
  expect(tokens).toHaveLength(2)
  expect(new Set(tokens).size).toBe(1)
})

test('a machine that the cloud shows late is there at once', async () => {
  const { page, sandbox } = visit
  local.cloud.ecs.faults.add({ Kind: 'HideNew', Seconds: 3_600 })
  await page.getByRole('button', { name: 'New sandbox', exact: true }).click()
  await page.getByLabel('Name').fill('late')
  await page.getByRole('button', { name: 'Create' }).click()
  await sandbox('sandbox-late').getByText('Booting').waitFor()
  expect(await listed()).toEqual([])
  local.cloud.ecs.advance(3_600)
  await sandbox('sandbox-late').getByText('Running').waitFor()
})

test('what is left of a life is counted down, and said when it is nearly or quite over', async () => {
  local.cloud.ecs.seed(1, { instanceName: 'sandbox-short', tags: ending(300_000) })
  local.cloud.ecs.seed(1, { instanceName: 'sandbox-ever', tags: { ...ending(0), 'ecs-manager:expire-at': 'never' } })
  const { page, sandbox } = visit
  await page.clock.install()
  await page.reload()
  const life = sandbox('sandbox-short').locator('.time-left')
  const before = /[2-4] min \d\d s/.exec(await life.innerText())?.[0]
  expect(before).toBeDefined()
  expect(await life.innerText()).toContain('expires soon')
  await expect.poll(() => life.innerText(), { timeout: 15_000 }).not.toContain(before)
  await page.clock.fastForward(300_000)
  await life.getByText('Expired, waiting for the clean-up').or(life).filter({ hasText: 'Expired' }).waitFor()
  expect(await sandbox('sandbox-short').getByRole('button', { name: 'Renew' }).isDisabled()).toBe(true)
  expect(await sandbox('sandbox-ever').innerText()).toContain('Unlimited')
})

test('Windows opens with its key hidden, and says that each opening sets a new one', async () => {
  await call('CreateSandbox', { OsType: 'Windows', InstanceName: 'office' })
  const { page, sandbox, calls } = visit
  await page.reload()
  await sandbox('sandbox-office').getByText('Running').waitFor()
  await sandbox('sandbox-office').getByRole('button', { name: 'Open' }).click()
  const dialog = page.getByRole('dialog', { name: 'Open sandbox-office' })
  await dialog.getByText('Each time you open the sandbox, it gets a new key').waitFor()
  const key = dialog.locator('.secret')
  expect(await key.innerText()).toMatch(/^•+$/)
  await dialog.getByRole('button', { name: 'Show' }).click()
  const shown = createHash('sha256')
    .update(await key.innerText())
    .digest('hex')
  expect(local.cloud.ecs.instances().map(({ passwordSha256 }) => passwordSha256)).toEqual([shown])
  await keepScreenshot(page, 'console-windows')
  await dialog.getByText('wss://').waitFor() // nothing that a browser could go to
  expect(await dialog.getByRole('link').count()).toBe(0)
  expect(calls.filter((one) => one.get('Action') === 'DescribeSandboxTerminalUrl')).toHaveLength(1)
  await page.keyboard.press('Escape')
  expect(await focused(page)).toBe('Open sandbox-office')
})

test('many are filtered by what one types', async () => {
  local.cloud.ecs.seed(29, { instanceName: 'sandbox-worker', tags: ending(3_600_000) })
  local.cloud.ecs.seed(1, { instanceName: 'sandbox-agent', tags: ending(3_600_000) })
  const { page, sandbox } = visit
  await page.reload()
  await sandbox('').nth(29).waitFor()
  await keepScreenshot(page, 'console-many')
  const filter = page.getByRole('searchbox')
  await filter.fill('AGENT')
  await page.getByText('1 of 30 shown').waitFor()
  expect(await sandbox('').count()).toBe(1)
  await filter.fill('nothing like it')
  await page.getByRole('button', { name: 'Show all' }).click()
  expect(await sandbox('').count()).toBe(30)
})
