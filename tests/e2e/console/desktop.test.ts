import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Local, startLocal } from '../../../infra/local/cloud.ts'
import { type Caller, callerOf, runningSandbox } from '../support/api.ts'
import { keepScreenshot, launchBrowser } from '../support/browser.ts'
import { startCuttable } from '../support/cut.ts'
import { machineIn } from '../support/left.ts'
import { focused, openConsole } from './console.ts'

let browser: Browser
let local: Local
let call: Caller
let way: Awaited<ReturnType<typeof startCuttable>>

beforeAll(async () => {
  browser = await launchBrowser()
  local = await startLocal({ port: 0, desktops: true, ecs: { bootSeconds: 2 } })
  call = callerOf(local.url)
  way = await startCuttable(Number(new URL(local.url).port))
})

afterAll(async () => {
  await browser?.close()
  way?.close()
  await local?.close()
})

test('a desktop that is opened while its machine boots is there as soon as it runs', async () => {
  const { page, problems, origins, close } = await openConsole(browser, local.url)
  // To the page, the machine boots until the text is seen, however long that takes.
  await page.route('**/?Action=DescribeSandboxes*', async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, body: (await response.text()).replaceAll('"RUNNING"', '"CREATING"') })
  })
  const { SandboxId } = (await call('CreateSandbox', { InstanceName: 'boots' })).Result
  await page.evaluate(`location.hash = '#/desktop/${SandboxId}'`)
  await page.getByText('opens as soon as the machine runs').waitFor()
  await page.unrouteAll({ behavior: 'wait' })
  await page.locator('.screen canvas').waitFor()
  const beside = await page
    .locator('.screen-frame')
    .evaluate((frame) => frame.ownerDocument.defaultView?.getComputedStyle(frame).backgroundColor)
  expect(Math.max(...(beside?.match(/\d+/g) ?? []).map(Number))).toBeLessThan(40) // dark, as the desktop is
  await close()
  expect(problems).toEqual([])
  expect([...origins].sort()).toEqual([local.url, local.url.replace('http', 'ws')]) // nobody else, by either protocol
  await call('DeleteSandbox', { SandboxId })
})

test('a connection that breaks is made again by itself; one whose machine is deleted is not', async () => {
  const { SandboxId } = await runningSandbox(call, { InstanceName: 'agent-1' })
  const { page, problems, calls, close } = await openConsole(browser, way.url, { hash: `#/desktop/${SandboxId}` })
  const canvas = page.locator('.screen canvas')
  await canvas.waitFor()
  const tokens = () => calls.filter((one) => one.get('Action') === 'DescribeSandboxTerminalUrl').length
  expect(tokens()).toBe(1)

  await page.evaluate(`{ window.first = document.querySelector('.screen canvas') }`)
  way.cut()
  await expect.poll(() => page.evaluate('first.isConnected')).toBe(false)
  await canvas.waitFor()
  expect(tokens()).toBe(2) // a token admits once
  await expect.poll(() => page.evaluate('document.activeElement.tagName')).toBe('CANVAS')

  await call('DeleteSandbox', { SandboxId })
  await page.getByText('This sandbox is gone').waitFor()
  await keepScreenshot(page, 'console-desktop-gone')
  expect(tokens()).toBe(2)
  await close()
  expect(problems).toEqual([])
})

test('the keyboard finds its way out of the desktop, through its tools, and in again', async () => {
  const { SandboxId } = await runningSandbox(call, { InstanceName: 'agent-2' })
  const { page, problems, close } = await openConsole(browser, local.url, { hash: `#/desktop/${SandboxId}` })
  const { keyboard } = page
  await page.locator('.screen canvas').waitFor()
  const isInDesktop = () => page.evaluate<boolean>('document.activeElement.tagName === "CANVAS"')
  await expect.poll(isInDesktop).toBe(true)
  await keyboard.press('Tab') // it belongs to the desktop
  expect(await isInDesktop()).toBe(true)

  await keyboard.press('Control+Alt+Shift')
  expect(await focused(page)).toBe('Clipboard')
  await keyboard.press('Enter')
  await keyboard.type('echo ready')
  await page.getByRole('button', { name: 'Put on desktop clipboard' }).click()
  await page.getByText('The text is on the clipboard of the desktop.').waitFor()
  await keepScreenshot(page, 'console-clipboard')
  await keyboard.press('Escape')
  expect(await focused(page)).toBe('Clipboard')

  for (let steps = 0; !(await isInDesktop()); steps += 1) {
    if (steps > 10) expect.fail('no Tab leads into the desktop')
    await keyboard.press('Tab')
  }
  await keyboard.press('Control+Alt+Shift')
  await page.getByRole('button', { name: 'View only' }).click()
  await page.getByText('View only: the desktop gets no keys').waitFor()
  await keyboard.press('Tab')
  await keyboard.press('Tab')
  await keyboard.press('Tab')
  expect(await isInDesktop()).toBe(false) // who only looks is not caught
  await close()
  expect(problems).toEqual([])
})

test('a phone types with its own keyboard, which tells edits in place of keys', async () => {
  const { SandboxId } = await runningSandbox(call, { InstanceName: 'agent-3' })
  const { page, problems, close } = await openConsole(browser, local.url, {
    hash: `#/desktop/${SandboxId}`,
    ...{ viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true },
  })
  const canvas = page.locator('.screen canvas')
  await canvas.waitFor()
  const button = page.getByRole('button', { name: 'Keyboard', exact: true })
  await button.tap()
  expect(await button.getAttribute('aria-pressed')).toBe('true')
  await canvas.tap() // a click in the desktop; the keyboard stays
  expect(await page.evaluate('document.activeElement.tagName')).toBe('TEXTAREA')

  const typed = join(machineIn(tmpdir(), SandboxId), 'home/typed')
  const type = async () => {
    await page.keyboard.insertText('touch typos')
    for (let count = 0; count < 2; count += 1) await page.keyboard.press('Backspace')
    await page.keyboard.insertText('ed\n')
    return existsSync(typed)
  }
  await expect.poll(type, { timeout: 10_000, interval: 500 }).toBe(true) // keys are lost before the terminal has the focus
  await keepScreenshot(page, 'console-touch-keyboard')
  const edges = await page.evaluate<number[]>(
    `[...document.querySelectorAll('.toolbar :is(a, button)')].map((one) => one.getBoundingClientRect().right)`,
  )
  expect(Math.max(...edges)).toBeLessThanOrEqual(360)

  for (let count = 0; count < 60; count += 1) await page.keyboard.press('Backspace') // there is always something to delete
  expect(await page.evaluate<number>('document.activeElement.value.length')).toBeGreaterThan(0)
  await button.tap()
  expect(await button.getAttribute('aria-pressed')).toBe('false')
  expect(await page.evaluate('document.activeElement.tagName')).not.toBe('TEXTAREA')
  await close()
  expect(problems).toEqual([])
})
