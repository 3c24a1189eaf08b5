import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Local, startLocal } from '../../../infra/local/cloud.ts'
import { type Caller, callerOf } from '../support/api.ts'
import { keepScreenshot, launchBrowser } from '../support/browser.ts'
import { type Console, openConsole } from './console.ts'

let browser: Browser
let local: Local
let call: Caller
let visit: Console

beforeAll(async () => {
  browser = await launchBrowser()
  const settings = { ECS_MANAGER__SECURITY__MAX_SANDBOXES: '2' }
  local = await startLocal({ port: 0, settings })
  call = callerOf(local.url)
})

afterAll(async () => {
  await browser?.close()
  await local?.close()
})

beforeEach(async () => {
  local.cloud.ecs.reset()
  await call('CreateSandbox', { InstanceName: 'agent-1', LifetimeSeconds: '3600' })
  visit = await openConsole(browser, local.url)
  await visit.sandbox('sandbox-agent-1').getByText('Running').waitFor()
})

afterEach(async () => {
  await visit.close()
  expect(visit.problems).toEqual([])
})

/** Asks for a sandbox and gives what the dialog says. */
async function refused(name: string, sentence: string): Promise<string> {
  const { page } = visit
  await page.getByRole('button', { name: 'New sandbox', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill(name)
  await dialog.getByRole('button', { name: 'Create' }).click()
  await dialog.getByText(sentence).waitFor()
  return dialog.getByRole('alert').innerText()
}

const REQUEST_ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/

test('a name that is not possible is said at its field, with the words of the API and the request id', async () => {
  const text = await refused('two words', 'This name is not allowed.')
  expect(text).toContain('InstanceName must be 1 to 120 letters, digits and _ . -')
  expect(text).toContain('InvalidParameter.InstanceName')
  expect(text).toMatch(REQUEST_ID)
  const field = visit.page.getByLabel('Name')
  expect(await field.getAttribute('aria-invalid')).toBe('true')
  await field.fill('one-word')
  await visit.page.getByRole('button', { name: 'Create' }).click()
  await visit.sandbox('sandbox-one-word').waitFor()
})

test('the request id can be copied', async () => {
  await visit.page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  const text = await refused('two words', 'This name is not allowed.')
  await visit.page.getByRole('button', { name: 'Copy Request ID' }).click()
  const copied = await visit.page.evaluate<string>('navigator.clipboard.readText()')
  expect(copied).toBe(REQUEST_ID.exec(text)?.[0])
})

test('a lifetime that is too long', async () => {
  const { page, sandbox } = visit
  await sandbox('agent-1').getByRole('button', { name: 'Renew' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('Other', { exact: true }).click()
  await dialog.getByLabel('How long').fill('8')
  await dialog.getByLabel('Unit').selectOption('days')
  await page.keyboard.press('Enter')
  await dialog.getByText('Enter a number greater than 0').waitFor({ state: 'detached' })
  await dialog.getByRole('button', { name: 'Renew' }).click()
  await dialog.getByText('This lifetime is not allowed.').waitFor()
  expect(await dialog.getByRole('alert').innerText()).toContain('LifetimeSeconds must be 1 to 604800')
})

test('no room for more sandboxes here, and no quota in the cloud', async () => {
  local.cloud.ecs.faults.add({ Kind: 'NoQuota' })
  expect(await refused('b', 'A quota of the cloud account is used up.')).toContain('QuotaExceeded.MaximumInstances')
  await keepScreenshot(visit.page, 'console-quota')
  await visit.page.keyboard.press('Escape')
  local.cloud.ecs.faults.clear()
  await call('CreateSandbox', { InstanceName: 'agent-2' })
  expect(await refused('c', 'The maximum number of sandboxes is reached.')).toContain(
    'There are 2 of at most 2 sandboxes.',
  )
})

test('a sandbox that is gone already counts as deleted', async () => {
  const { page, sandbox } = visit
  const [{ SandboxId }] = (await call('DescribeSandboxes')).Result
  await sandbox('agent-1').getByRole('button', { name: 'Delete' }).click()
  await call('DeleteSandbox', { SandboxId })
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await page.getByText('No sandboxes yet').waitFor()
  expect(await page.getByRole('alert').count()).toBe(0)
})

test('a deletion that failed stays said until it is tried again', async () => {
  const { page, sandbox } = visit
  local.cloud.ecs.faults.add({ Kind: 'Error', Status: 403, Code: 'AccessDenied', Action: 'DeleteInstance' })
  await sandbox('agent-1').getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  const notice = page.getByRole('alert')
  await notice.getByText('sandbox-agent-1 was not deleted.').waitFor()
  expect(await notice.innerText()).toContain('The cloud refuses the manager itself')
  expect(await notice.innerText()).toMatch(REQUEST_ID)
  await sandbox('agent-1').getByText('Running').waitFor()
  local.cloud.ecs.faults.clear()
  await notice.getByRole('button', { name: 'Try again' }).click()
  await page.getByText('No sandboxes yet').waitFor()
  expect(await page.getByRole('alert').count()).toBe(0)
})

test('a list that the cloud refuses: what was seen stays, and it mends itself', async () => {
  const { page, sandbox } = visit
  local.cloud.ecs.faults.add({
    Kind: 'Error',
    Status: 403,
    Code: 'AccessDenied',
    Action: 'DescribeInstances',
    Times: 1,
  })
  await page.evaluate('dispatchEvent(new Event("focus"))')
  await page.getByRole('alert').getByText('AccessDenied').first().waitFor()
  expect(await sandbox('agent-1').count()).toBe(1)
  await page.getByRole('alert').waitFor({ state: 'detached', timeout: 10_000 })
})

test('nobody answers: it is said, and what was seen stays; then they do', async () => {
  const { page, sandbox } = visit
  await page.context().setOffline(true)
  await page.evaluate('dispatchEvent(new Event("focus"))')
  await page.getByRole('alert').getByText('The local cloud does not answer').waitFor()
  expect(await sandbox('agent-1').count()).toBe(1)
  await keepScreenshot(page, 'console-offline')
  await page.context().setOffline(false)
  await page.getByRole('alert').waitFor({ state: 'detached', timeout: 10_000 })
})

test('a Linux sandbox without a desktop: how to get one is said at once', async () => {
  const { page, sandbox } = visit
  await sandbox('agent-1').getByRole('link', { name: 'Open' }).click()
  await page.getByText('npm start -- --desktops').first().waitFor()
  await page.getByText('No desktop in this machine').waitFor({ timeout: 20_000 }) // the bridge has waited for one
  await keepScreenshot(page, 'console-no-desktop')
  await page.goBack()
  await sandbox('agent-1').waitFor()
})

test('the desktop of a sandbox that is not there', async () => {
  const { page } = visit
  await page.evaluate(`location.hash = '#/desktop/i-00000000000000000000'`)
  await page.getByText('This sandbox is gone').waitFor()
  await page.getByRole('link', { name: 'Back to all sandboxes' }).last().click()
  await visit.sandbox('agent-1').waitFor()
})

test('a link whose token is not valid says so, and does not stand in the address', async () => {
  const [{ SandboxId }] = (await call('DescribeSandboxes')).Result
  const other = await openConsole(browser, local.url, { hash: `#token=${SandboxId}.${'a'.repeat(43)}` })
  const { page } = other
  await page.getByRole('alert').getByText('The link to this desktop is not valid').waitFor()
  expect(await page.getByRole('alert').innerText()).toMatch(REQUEST_ID)
  expect(page.url()).not.toContain('token')
  await other.close()
  expect(other.problems).toEqual([])
})
