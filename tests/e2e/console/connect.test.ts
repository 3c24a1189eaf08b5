import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Local, startLocal } from '../../../infra/local/cloud.ts'
import { keepScreenshot, launchBrowser } from '../support/browser.ts'
import { focused, openConsole } from './console.ts'

const KEYS = { agent: { key: 'key-of-the-agent', actions: ['read', 'use'] } }

let browser: Browser
let open: Local
let locked: Local

beforeAll(async () => {
  browser = await launchBrowser()
  open = await startLocal({ port: 0 })
  locked = await startLocal({ port: 0, auth: 'key', settings: { ECS_MANAGER__SECURITY__KEYS: JSON.stringify(KEYS) } })
})

afterAll(async () => {
  await browser?.close()
  await open?.close()
  await locked?.close()
})

/** Presses a button that copies, and returns what it has copied. */
async function copied(page: Page, name: string): Promise<string> {
  const button = page.getByRole('button', { name })
  await button.click()
  await button.getByText('Copied').waitFor({ state: 'attached' })
  return page.evaluate<string>('navigator.clipboard.readText()')
}

/** The names of the tools that the page shows. */
const toolsOn = (page: Page) => page.locator('.tool-names li').allInnerTexts()

/** The names of the tools that the endpoint lists for a client with this configuration. */
async function toolsAt({ url, headers = {} }: { url: string; headers?: Record<string, string> }): Promise<string[]> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', ...headers },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
  })
  const { result } = (await response.json()) as { result: { tools: { name: string }[] } }
  return result.tools.map(({ name }) => name)
}

test('without keys: what it gives to copy connects a client, which gets the tools that the page shows', async () => {
  const { page, problems, close } = await openConsole(browser, open.url, {
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  await page.getByRole('link', { name: 'Agents' }).click()
  await page.getByRole('heading', { name: 'Connect an agent' }).waitFor()
  expect(await page.title()).toBe('Connect an agent · ECS Manager')
  expect(await page.locator('.header [aria-current=page]').innerText()).toBe('Agents')
  expect(await focused(page)).toBe('Agents')
  await page.getByText('The machines have no desktops, so an agent gets no picture.').waitFor()
  await page.locator('.tool-names').waitFor()

  const { mcpServers } = JSON.parse(await copied(page, 'Copy the configuration of the client'))
  expect(mcpServers).toEqual({ desktops: { type: 'http', url: `${open.url}/mcp` } })
  expect((await toolsAt(mcpServers.desktops)).sort()).toEqual((await toolsOn(page)).sort())
  expect(await copied(page, 'Copy the variable for veADK')).toBe(
    `export TOOL_COMPUTER_SANDBOX_URL=${mcpServers.desktops.url}`,
  )

  await page.getByRole('link', { name: 'Console' }).click()
  await page.getByText('No sandboxes yet').waitFor()
  expect(await page.locator('.header [aria-current=page]').innerText()).toBe('Console')
  await close()
  expect(problems).toEqual([])
})

test('with keys: it needs none itself, shows the tools of the key in use, and never the key', async () => {
  const { page, problems, close } = await openConsole(browser, locked.url, {
    hash: '#/connect',
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  await page.getByRole('heading', { name: 'Connect an agent' }).waitFor()
  expect(await toolsOn(page)).toEqual([])
  await page.getByRole('link', { name: 'Enter a key in the console' }).click()
  await page.getByLabel('API key').fill(KEYS.agent.key)
  await page.keyboard.press('Enter')
  await page.getByText('No sandboxes yet').waitFor()

  await page.getByRole('link', { name: 'Agents' }).click()
  await page.getByText('These are the tools of the key that you use here: agent').waitFor()
  const { url, headers } = JSON.parse(await copied(page, 'Copy the configuration of the client')).mcpServers.desktops
  expect(headers).toEqual({ Authorization: 'Bearer <key>' })
  const shown = await toolsOn(page)
  expect(shown).not.toContain('create_sandbox')
  const withKey = { Authorization: headers.Authorization.replace('<key>', KEYS.agent.key) }
  expect((await toolsAt({ url, headers: withKey })).sort()).toEqual(shown.sort())
  expect(await copied(page, 'Copy the command')).toContain("-H 'Authorization: Bearer <key>'")
  expect(await page.content()).not.toContain(KEYS.agent.key)
  expect(page.url()).not.toContain(KEYS.agent.key)
  await close()
  expect(problems).toEqual([])
})

test.each([
  ['en-GB', 1280, 'light', 'Connect an agent'],
  ['en-GB', 400, 'dark', 'Connect an agent'],
  ['zh-CN', 360, 'light', '连接智能体'],
] as const)('%s, %d pixels wide, %s: nothing lies beyond the edge', async (locale, width, colorScheme, title) => {
  const viewport = { width, height: 800 }
  const options = { locale, viewport, colorScheme, hash: '#/connect' }
  const { page, problems, close } = await openConsole(browser, locked.url, options)
  await page.getByRole('heading', { name: title }).waitFor()
  expect(
    await page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
  ).toBe(0)
  await keepScreenshot(page, `connect-${locale}-${width}`)
  await close()
  expect(problems).toEqual([])
})
