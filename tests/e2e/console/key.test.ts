import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Local, startLocal } from '../../../infra/local/cloud.ts'
import { callerOf } from '../support/api.ts'
import { launchBrowser } from '../support/browser.ts'
import { focused, openConsole } from './console.ts'

let browser: Browser
let local: Local

beforeAll(async () => {
  browser = await launchBrowser()
  local = await startLocal({ port: 0, auth: 'key' })
})

afterAll(async () => {
  await browser?.close()
  await local?.close()
})

test('asks for the key, refuses a wrong one, keeps the right one for this tab, and puts it into no address', async () => {
  const { key = '' } = local
  await callerOf(local.url, key)('CreateSandbox', { InstanceName: 'agent-1' })
  const { page, sandbox, calls, problems, close } = await openConsole(browser, local.url)
  await page.getByText('This local cloud requires an API key').waitFor()
  expect(await focused(page)).toBe('') // the field, which is empty
  expect(calls).toHaveLength(1)
  await page.waitForTimeout(3_000)
  expect(calls).toHaveLength(1) // it does not go on asking

  await page.keyboard.type('wrong-key')
  await page.keyboard.press('Enter')
  await page.getByText('This key is wrong.').waitFor()
  await page.getByLabel('API key').fill(key)
  await page.keyboard.press('Enter')
  await sandbox('sandbox-agent-1').waitFor()

  await page.reload()
  await sandbox('sandbox-agent-1').waitFor()
  const second = await page.context().newPage()
  await second.goto(`${local.url}/console`)
  await second.getByText('This local cloud requires an API key').waitFor()
  expect(calls.filter((query) => `${query}`.includes(key))).toEqual([])
  expect(page.url()).not.toContain(key)
  await close()
  expect(problems).toEqual([])
})

test('a link to a desktop needs none', async () => {
  const call = callerOf(local.url, local.key)
  const { SandboxId } = (await call('CreateSandbox', { InstanceName: 'by-link' })).Result
  const { page, close } = await openConsole(browser, local.url, { hash: `#token=${SandboxId}.${'a'.repeat(43)}` })
  await page.getByText('The link to this desktop is not valid').waitFor()
  await close()
})
