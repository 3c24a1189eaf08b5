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

/** The tags of a sandbox that ends this number of milliseconds from now. */
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

test('the remaining time is counted down, and its last tenth is marked', async () => {
  local.cloud.ecs.seed(1, { instanceName: 'sandbox-short', tags: ending(300_000) })
  local.cloud.ecs.seed(1, { instanceName: 'sandbox-ever', tags: { ...ending(0), 'ecs-manager:expire-at': 'never' } })
  const { page, sandbox } = visit
  await page.clock.install()
  await page.reload()
  const timeLeft = sandbox('sandbox-short').locator('.time-left')
  const before = /[2-4] min \d\d s/.exec(await timeLeft.innerText())?.[0]
  expect(before).toBeDefined()
  expect(await timeLeft.innerText()).not.toContain('expires soon')
  await expect.poll(() => timeLeft.innerText(), { timeout: 15_000 }).not.toContain(before)
  await page.clock.fastForward(200_000) // two thirds
  await expect.poll(() => timeLeft.innerText()).not.toContain(before)
  expect(await timeLeft.getAttribute('class')).not.toContain('nearly-over')
  await page.clock.pauseAt(new Date(Date.parse((await timeLeft.getAttribute('datetime')) ?? '') - 10_000))
  await page.clock.runFor(1_000)
  await expect.poll(() => timeLeft.innerText()).toContain('expires soon')
  expect(await sandbox('sandbox-ever').innerText()).toContain('Unlimited')
})

test('a sandbox that is past its end is shown as expired, not as running', async () => {
  local.cloud.ecs.seed(1, { instanceName: 'sandbox-over', tags: ending(-60_000) })
  local.cloud.ecs.seed(1, { instanceName: 'sandbox-well', tags: ending(3_600_000) })
  const { page, sandbox } = visit
  await page.reload()
  await sandbox('sandbox-over').getByText('Expired', { exact: true }).waitFor()
  const row = await sandbox('sandbox-over').innerText()
  expect(row).toContain('Waiting for clean-up')
  expect(row).not.toContain('Running')
  const colorOf = (name: string) =>
    sandbox(name)
      .locator('.dot')
      .evaluate((dot) => dot.ownerDocument.defaultView?.getComputedStyle(dot).backgroundColor)
  expect(await colorOf('sandbox-over')).not.toBe(await colorOf('sandbox-well'))
  expect(await sandbox('sandbox-over').getByRole('button', { name: 'Renew' }).isDisabled()).toBe(true)

  await sandbox('sandbox-over').getByRole('link', { name: 'Open' }).click()
  const toolbar = page.locator('.toolbar')
  await toolbar.getByText('Expired', { exact: true }).waitFor()
  expect(await toolbar.getByText('Running').count()).toBe(0)
  expect(await toolbar.getByRole('button', { name: 'Renew' }).isDisabled()).toBe(true)
})

test('a machine that boots shows for how long, which screen readers do not repeat', async () => {
  local.cloud.ecs.faults.add({ Kind: 'StuckCreating' })
  await call('CreateSandbox', { InstanceName: 'slow' })
  const { page, sandbox } = visit
  await page.clock.install()
  await page.reload()
  const time = sandbox('sandbox-slow').locator('.boot-time')
  await time.waitFor()
  const [createdAt] = (await listed()).map(({ CreatedAt }: { CreatedAt: string }) => Date.parse(CreatedAt))
  await page.clock.pauseAt(new Date(createdAt + 600_000))
  await page.clock.runFor(42_000)
  await expect.poll(() => time.innerText()).toBe('10:42')
  expect(await sandbox('sandbox-slow').locator('.status').innerText()).toBe('Booting 10:42')
  expect(await time.getAttribute('aria-hidden')).toBe('true')
})

test('an emulated Windows has nothing to open: it gives a key, hidden at first, and the address of its agent', async () => {
  await call('CreateSandbox', { OsType: 'Windows', InstanceName: 'office' })
  const { page, sandbox, calls } = visit
  await page.reload()
  await sandbox('sandbox-office').getByText('Running').waitFor()
  await sandbox('sandbox-office').getByRole('button', { name: 'Get the key of sandbox-office' }).click()
  const dialog = page.getByRole('dialog', { name: 'Key of sandbox-office' })
  await dialog.getByText('there is no Windows to open').waitFor()
  await dialog.getByText('Each time you open this dialog, the sandbox gets a new key').waitFor()
  const key = dialog.locator('.secret')
  expect(await key.innerText()).toMatch(/^•+$/)
  await dialog.getByRole('button', { name: 'Show' }).click()
  const shown = createHash('sha256')
    .update(await key.innerText())
    .digest('hex')
  expect(local.cloud.ecs.instances().map(({ passwordSha256 }) => passwordSha256)).toEqual([shown])
  await keepScreenshot(page, 'console-windows')
  const [{ SandboxId, PrimaryIp }] = await listed()
  expect(await dialog.innerText()).toContain(PrimaryIp)
  expect(await dialog.innerText()).not.toContain('://') // no address that leads nowhere
  expect(await dialog.getByRole('link').count()).toBe(0)
  expect(calls.filter((one) => one.get('Action') === 'DescribeSandboxTerminalUrl')).toHaveLength(1)
  await page.keyboard.press('Escape')
  expect(await focused(page)).toBe('Get the key of sandbox-office')

  await page.evaluate(`location.hash = '#/desktop/${SandboxId}'`)
  await page.getByText('it has no desktop, only a key').waitFor()
  await page.getByRole('button', { name: 'Get key' }).click()
  await dialog.waitFor()
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

test('nothing moves when the content of the table changes', async () => {
  const { page, sandbox } = visit
  local.cloud.ecs.seed(1, { instanceName: 'a', tags: ending(3_600_000), instanceTypeId: 'ecs.g3i.large' })
  await page.reload()
  await sandbox('').first().waitFor()
  const places = () =>
    page
      .locator('.table thead th, .filter .input, .freshness button')
      .evaluateAll((all) =>
        all.map((one) => (({ x, y, width }) => [x, y, width].map(Math.round))(one.getBoundingClientRect())),
      )
  const before = await places()
  expect(before).toHaveLength(9) // the filter is there with the first row

  const name = `sandbox-${'long-'.repeat(20)}`
  local.cloud.ecs.seed(1, { instanceName: name, tags: ending(-1), instanceTypeId: 'ecs.ebmg3i.48xlarge' })
  local.cloud.ecs.seed(7, { instanceName: 'b', tags: ending(1_000_000_000), status: 'REBUILDING' })
  await page.getByRole('button', { name: 'Refresh' }).click()
  await sandbox('').nth(8).waitFor()
  expect(await places()).toEqual(before)
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
})
