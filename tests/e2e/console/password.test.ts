import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Local, startLocal } from '../../../infra/local/cloud.ts'
import { type Caller, callerOf, runningSandbox } from '../support/api.ts'
import { keepScreenshot, launchBrowser } from '../support/browser.ts'
import { startTestDesktop, type TestDesktop } from '../test-desktop.ts'
import { focused, openConsole } from './console.ts'

const PASSWORD = 'Sesame-1'

let browser: Browser
let local: Local
let call: Caller
let desktop: TestDesktop
let machine: { server: Server; cut: () => void }
let SandboxId: string

beforeAll(async () => {
  browser = await launchBrowser()
  local = await startLocal({ port: 0 })
  call = callerOf(local.url)
})

afterAll(async () => {
  await browser?.close()
  await local?.close()
})

beforeEach(async () => {
  local.cloud.ecs.reset()
  desktop = await startTestDesktop('TigerVNC', { password: PASSWORD })
  const sandbox = await runningSandbox(call, { InstanceName: 'locked' })
  SandboxId = sandbox.SandboxId
  machine = await serveAt(sandbox.PrimaryIp, local.config.terminal.vnc_port)
})

afterEach(async () => {
  machine?.server.close()
  machine?.cut()
  await desktop?.close()
})

/** Puts the desktop at the address of an emulated machine, which has none itself. */
async function serveAt(address: string, port: number) {
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(desktop.port, '127.0.0.1')
    for (const socket of [near, far]) sockets.add(socket.on('error', () => {}).on('close', cut))
    near.pipe(far).pipe(near)
    function cut() {
      near.destroy()
      far.destroy()
    }
  }).listen(port, address)
  await once(server, 'listening')
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return { server, cut }
}

/** Without what noVNC itself logs about a connection that fails. */
const exceptFailures = (problems: string[]) => problems.filter((text) => !text.startsWith('Failed when connecting'))

test('asks for the password of the desktop, again after a wrong one, and keeps it for reconnections only', async () => {
  const { page, sandbox, problems, close } = await openConsole(browser, local.url)
  await sandbox('sandbox-locked').getByRole('link', { name: 'Open' }).click()
  await page.getByText('This desktop asks for a password').waitFor()
  await expect.poll(() => focused(page)).toBe('') // the field, which is empty
  await keepScreenshot(page, 'console-password')
  await page.keyboard.type('wrong')
  await page.keyboard.press('Enter')
  await page.getByText('The desktop refused this password.').waitFor()
  const field = page.getByLabel('Password')
  expect(await field.inputValue()).toBe('')
  await keepScreenshot(page, 'console-password-wrong')
  await page.keyboard.press('Enter') // an empty password is not sent
  await field.fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.getByText('Connected to the desktop.').waitFor({ state: 'attached' })
  await page.locator('.screen canvas').waitFor()

  await page.evaluate(`{ window.first = document.querySelector('.screen canvas') }`)
  machine.cut()
  await page.getByRole('button', { name: 'Reconnect' }).click()
  await page.getByText('Connected to the desktop.').waitFor({ state: 'attached' })
  expect(await page.evaluate('first.isConnected')).toBe(false)

  const stored = await page.evaluate<string>('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])')
  expect(stored).not.toContain(PASSWORD)
  expect(page.url()).not.toContain(PASSWORD)
  await page.getByRole('link', { name: 'Back to all sandboxes' }).click()
  await sandbox('sandbox-locked').getByRole('link', { name: 'Open' }).click()
  await page.getByText('This desktop asks for a password').waitFor()
  await close()
  expect(exceptFailures(problems)).toEqual([])
})

test('the password is asked for in the connection of a link, which opens only one', async () => {
  const { Token } = (await call('DescribeSandboxTerminalUrl', { SandboxId })).Result
  const { page, calls, problems, close } = await openConsole(browser, local.url, { hash: `#token=${Token}` })
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Connect' }).click()
  await page.getByText('Connected to the desktop.').waitFor({ state: 'attached' })
  expect(calls.map((query) => query.get('Action'))).not.toContain('DescribeSandboxTerminalUrl')
  await close()
  expect(exceptFailures(problems)).toEqual([])
})

test('a desktop that ends the connection while the page asks for the password is reported', async () => {
  const { page, problems, close } = await openConsole(browser, local.url, { hash: `#/desktop/${SandboxId}` })
  await page.getByLabel('Password').waitFor()
  machine.cut()
  await page.getByText('The desktop closed the connection.').waitFor()
  await page.getByRole('button', { name: 'Reconnect' }).click()
  await page.getByLabel('Password').waitFor()
  await close()
  expect(exceptFailures(problems)).toEqual([])
})
