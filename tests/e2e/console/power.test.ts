import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Local, startLocal } from '../../../infra/local/cloud.ts'
import { type Caller, callerOf, runningSandbox } from '../support/api.ts'
import { keepScreenshot, launchBrowser } from '../support/browser.ts'
import { machineIn } from '../support/left.ts'
import { type Console, focused, openConsole } from './console.ts'

const delays = { bootSeconds: 1, startSeconds: 1, stopSeconds: 1, rebootSeconds: 1 }

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser?.close())

describe('with desktops', () => {
  let local: Local
  beforeAll(async () => {
    local = await startLocal({ port: 0, desktops: true, ecs: delays })
  })
  afterAll(() => local?.close())

  /** Types a command in the terminal of the desktop until its file exists: keys are lost before the terminal has the focus. */
  async function createFile(page: Page, command: string, path: string): Promise<void> {
    await page.locator('.screen canvas').waitFor()
    await page.locator('.screen canvas').click({ position: { x: 300, y: 200 } })
    const type = async () => {
      await page.keyboard.type(`${command}\n`)
      return existsSync(path)
    }
    await expect.poll(type, { interval: 1_000 }).toBe(true)
  }

  test('a sandbox is stopped and started: its desktop is open again, and its files are there', async () => {
    const { SandboxId } = await runningSandbox(callerOf(local.url), { InstanceName: 'agent-1' })
    const { page, sandbox, problems, close } = await openConsole(browser, local.url, { hash: `#/desktop/${SandboxId}` })
    const home = join(machineIn(tmpdir(), SandboxId), 'home')
    await createFile(page, 'touch kept', join(home, 'kept'))

    await page.locator('.toolbar').getByRole('button', { name: 'Stop' }).click()
    await keepScreenshot(page, 'power-desktop-stop')
    await page.getByRole('dialog', { name: 'Stop sandbox-agent-1?' }).getByRole('button', { name: 'Stop' }).click()
    await page.locator('.screen-panel').getByText('Stopping').waitFor()
    await page.getByRole('heading', { name: 'This sandbox is stopped' }).waitFor()
    await page.getByText('Processors and memory are not charged.').waitFor()
    await keepScreenshot(page, 'power-desktop-stopped')

    await page.getByRole('link', { name: 'Back to all sandboxes' }).first().click()
    await sandbox('agent-1').getByText('Stopped', { exact: true }).waitFor()
    await sandbox('agent-1').getByText('Disk charged only').waitFor()
    await sandbox('agent-1').getByRole('button', { name: 'Start sandbox-agent-1', exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Start' }).click()
    await sandbox('agent-1').getByText('Starting').waitFor()
    await sandbox('agent-1').getByText('Running').waitFor()
    await sandbox('agent-1').getByRole('link', { name: 'Open' }).click()
    await createFile(page, 'mv kept found', join(home, 'found'))
    expect(existsSync(join(home, 'kept'))).toBe(false)
    await keepScreenshot(page, 'power-desktop-started')

    await page.keyboard.press('Control+Alt+Shift')
    await page.locator('.toolbar').getByRole('button', { name: 'Restart' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Restart' }).click()
    await page.locator('.screen-panel').getByText('Restarting').waitFor()
    await createFile(page, 'mv found found-again', join(home, 'found-again'))
    await close()
    expect(problems).toEqual([])
  })
})

describe('without desktops', () => {
  let local: Local
  let call: Caller
  let visit: Console

  beforeAll(async () => {
    const settings = { ECS_MANAGER__LIFETIME__ON_EXPIRE: 'stop' }
    local = await startLocal({ port: 0, ecs: delays, settings })
    call = callerOf(local.url)
  })
  afterAll(() => local?.close())
  beforeEach(async () => {
    local.cloud.ecs.reset()
    visit = await openConsole(browser, local.url)
  })
  afterEach(async () => {
    await visit.close()
    expect(visit.problems).toEqual([])
  })

  /** Seeds a sandbox that ends this number of seconds from now. */
  const seed = (name: string, seconds: number, options: Parameters<Local['cloud']['ecs']['seed']>[1] = {}) => {
    const end = new Date(Math.round(Date.now() / 1_000 + seconds) * 1_000).toISOString().replace('.000', '')
    const tags = { 'managed-by': 'ecs-manager', 'ecs-manager:expire-at': end, ...options.tags }
    local.cloud.ecs.seed(1, { ...options, instanceName: `sandbox-${name}`, tags })
  }

  /** A button of a sandbox in the list. */
  const button = (what: string, name: string, { page } = visit) =>
    page.getByRole('button', { name: `${what} sandbox-${name}`, exact: true })

  const confirm = async (button: string) => {
    const dialog = visit.page.getByRole('dialog')
    await dialog.getByRole('button', { name: button }).click()
    await dialog.waitFor({ state: 'detached' })
  }

  test('a stop says what it means before it is done, and nothing happens after Enter', async () => {
    seed('agent-1', 3_600)
    const { page, calls } = visit
    await button('Stop', 'agent-1').click()
    const dialog = page.getByRole('dialog', { name: 'Stop sandbox-agent-1?' })
    const text = await dialog.innerText()
    expect(text).toContain('Open programs end. The disk stays and is still charged.')
    expect(text).toContain('depends on the account and the type')
    expect(text).toMatch(/The lifetime goes on: it expires .*\d\d:\d\d\./)
    await keepScreenshot(page, 'power-stop')
    expect(await focused(page)).toBe('Cancel')
    await page.keyboard.press('Enter')
    await dialog.waitFor({ state: 'detached' })
    expect(await focused(page)).toBe('Stop sandbox-agent-1')
    expect(calls.filter((query) => query.get('Action') === 'StopSandbox')).toEqual([])
  })

  test('the buttons are those of the state; a restart comes back to Running', async () => {
    seed('agent-1', 3_600)
    seed('agent-2', 3_600, { status: 'STOPPED' })
    const { page, sandbox } = visit
    await page.getByRole('button', { name: 'Refresh' }).click()
    await sandbox('agent-2').waitFor()
    expect(await button('Stop', 'agent-1').isEnabled()).toBe(true)
    expect(await button('Restart', 'agent-1').isEnabled()).toBe(true)
    expect(await button('Start', 'agent-1').count()).toBe(0)
    expect(await button('Stop', 'agent-2').isEnabled()).toBe(false)
    expect(await button('Restart', 'agent-2').isEnabled()).toBe(false)
    expect(await button('Start', 'agent-2').isEnabled()).toBe(true)
    expect(await sandbox('agent-2').getByRole('link').count()).toBe(0)

    await button('Restart', 'agent-1').click()
    expect(await page.getByRole('dialog').innerText()).toContain('Open programs end. The disk and the address stay.')
    await confirm('Restart')
    await sandbox('agent-1').getByText('Restarting').waitFor()
    await sandbox('agent-1').getByText('Running').waitFor()
  })

  test('after a stop, it says what is still charged', async () => {
    local.cloud.ecs.configure({ NotApplicableTypes: ['ecs.ebmg3i.48xlarge'] })
    seed('agent-1', 3_600)
    seed('agent-2', 3_600, { instanceTypeId: 'ecs.ebmg3i.48xlarge' })
    const { page, sandbox } = visit
    const stop = async (name: string) => {
      await button('Stop', name).click()
      await confirm('Stop')
      await sandbox(name).getByText('Stopped', { exact: true }).waitFor()
    }
    await stop('agent-1')
    await stop('agent-2')
    local.cloud.ecs.configure({ EconomicalModeAdmitted: false })
    seed('agent-3', 3_600)
    await page.getByRole('button', { name: 'Refresh' }).click()
    await stop('agent-3')
    await sandbox('agent-1').getByText('Disk charged only').waitFor()
    await sandbox('agent-3').getByText('Still charged').waitFor()
    await sandbox('agent-2').getByText('Always charged').waitFor()
    await keepScreenshot(page, 'power-charging')
  })

  test('a start without room: the disk is safe, with the request id', async () => {
    seed('agent-1', 3_600, { status: 'STOPPED' })
    local.cloud.ecs.faults.add({ Kind: 'NoStock', Action: 'StartInstance', Times: 1 })
    const { page, sandbox } = visit
    await button('Start', 'agent-1').click()
    const dialog = page.getByRole('dialog', { name: 'Start sandbox-agent-1?' })
    expect(await dialog.innerText()).toContain('Its disk is safe')
    await dialog.getByRole('button', { name: 'Start' }).click()
    const notice = dialog.getByRole('alert')
    await notice.getByText('The cloud has no room for this machine at the moment. Its disk is safe.').waitFor()
    await notice.getByText('Details').click()
    const details = await notice.innerText()
    expect(details).toContain('InsufficientInventory')
    expect(details).toMatch(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/)
    await keepScreenshot(page, 'power-no-room')
    await confirm('Start')
    await sandbox('agent-1').getByText('Running').waitFor()
  })

  test('a start that the cloud accepts and then gives up is reported', async () => {
    seed('agent-1', 3_600, { status: 'STOPPED' })
    local.cloud.ecs.faults.add({ Kind: 'FailStarting', Times: 1 })
    const { page, sandbox } = visit
    await button('Start', 'agent-1').click()
    await confirm('Start')
    await sandbox('agent-1').getByText('Starting').waitFor()
    const notice = page.getByRole('alert')
    await notice.getByText('sandbox-agent-1 did not start.').waitFor()
    expect(await notice.innerText()).toContain('Its disk is safe.')
    await keepScreenshot(page, 'power-failed-start')
    await notice.getByRole('button', { name: 'Try again' }).click()
    await confirm('Start')
    await notice.waitFor({ state: 'detached' })
    await sandbox('agent-1').getByText('Running').waitFor()
  })

  test('a sandbox that the clean-up has stopped at its end is renewed, then started', async () => {
    const tags = { 'ecs-manager:stopped-by': 'CleanupSandboxes' }
    seed('agent-1', -60, { status: 'STOPPED', stoppedMode: 'StopCharging', tags })
    const { page, sandbox } = visit
    await sandbox('agent-1').getByText('Stopped by the clean-up').waitFor()
    expect(await sandbox('agent-1').locator('time.expired').getAttribute('title')).toMatch(
      /^The clean-up stopped it at its end, .*\. It is deleted later, unless it is renewed\.$/,
    )
    await keepScreenshot(page, 'power-expired')
    expect(await button('Start', 'agent-1').count()).toBe(0)
    await button('Renew', 'agent-1').click()
    await page.getByRole('dialog').getByText('Renew it, then start it.').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Renew' }).click()
    await page.getByRole('dialog', { name: 'Start sandbox-agent-1?' }).waitFor()
    await confirm('Start')
    await sandbox('agent-1').getByText('Running').waitFor()
    const [started] = (await call('DescribeSandboxes')).Result
    expect(Date.parse(started.ExpireAt)).toBeGreaterThan(Date.now())
    expect(started).not.toHaveProperty('StoppedBy')
  })

  test.each([
    ['en-GB', 360, 'dark'],
    ['zh-CN', 360, 'light'],
    ['zh-CN', 1280, 'dark'],
    ['en-GB', 900, 'light'],
  ] as const)('%s, %d pixels wide, %s: nothing lies beyond the edge', async (locale, width, colorScheme) => {
    const stopped = { status: 'STOPPED', stoppedMode: 'StopCharging' } as const
    seed('agent-1', 3_600)
    seed('agent-2', 3_600, stopped)
    seed('agent-3', -60, { ...stopped, tags: { 'ecs-manager:stopped-by': 'CleanupSandboxes' } })
    seed('agent-4', 3_600, { tags: { 'ecs-manager:owner': 'planner' } })
    const viewport = { width, height: 800 }
    const other = await openConsole(browser, local.url, { locale, viewport, colorScheme })
    const { page, sandbox, problems, close } = other
    await sandbox('agent-3').waitFor()
    const overflow = () =>
      page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')
    expect(await overflow()).toBe(0)
    await keepScreenshot(page, `power-${locale}-${width}`)
    await button(locale === 'zh-CN' ? '停止' : 'Stop', 'agent-1', other).click()
    await keepScreenshot(page, `power-${locale}-${width}-stop`)
    await page.keyboard.press('Escape')
    const [{ SandboxId }] = (await call('DescribeSandboxes', { Status: 'STOPPED' })).Result
    await page.evaluate(`location.hash = '#/desktop/${SandboxId}'`)
    await page.locator('.screen-panel').waitFor()
    expect(await overflow()).toBe(0)
    await keepScreenshot(page, `power-${locale}-${width}-panel`)
    await close()
    expect(problems).toEqual([])
  })
})
