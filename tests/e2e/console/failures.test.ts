import type { Browser, Locator } from 'playwright-core'
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

/** Asks for a sandbox, and returns the notice that the dialog shows. */
async function refused(name: string, sentence: string): Promise<Locator> {
  const { page } = visit
  await page.getByRole('button', { name: 'New sandbox', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill(name)
  await dialog.getByRole('button', { name: 'Create' }).click()
  await dialog.getByText(sentence).waitFor()
  return dialog.getByRole('alert')
}

/** Opens the details of a notice, and returns all that it says. */
async function withDetails(notice: Locator): Promise<string> {
  await notice.getByText('Details').click()
  return notice.innerText()
}

const REQUEST_ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/

test('a name that the API would refuse is refused at its field, without a call', async () => {
  const { page, calls } = visit
  await page.getByRole('button', { name: 'New sandbox', exact: true }).click()
  const dialog = page.getByRole('dialog')
  const field = dialog.getByLabel('Name')
  await field.fill('two words')
  await dialog.getByRole('button', { name: 'Create' }).click()
  await dialog.getByText('Use 1 to 120 letters, digits and _ . -').waitFor()
  expect(await field.getAttribute('aria-invalid')).toBe('true')
  expect(await field.evaluate((it) => it.ownerDocument.activeElement === it)).toBe(true)
  const description = (await field.getAttribute('aria-describedby')) ?? ''
  expect(await page.locator(`[id="${description}"]`).innerText()).toBe('Use 1 to 120 letters, digits and _ . -')
  await field.fill('a'.repeat(121))
  expect(await field.getAttribute('aria-invalid')).toBe('true')
  expect(calls.filter((one) => one.get('Action') === 'CreateSandbox')).toEqual([])

  await field.fill('one-word')
  expect(await field.getAttribute('aria-invalid')).toBe('false')
  await dialog.getByRole('button', { name: 'Create' }).click()
  await visit.sandbox('sandbox-one-word').waitFor()
})

test('a value under More is refused at its field, which is unfolded', async () => {
  const { page, calls } = visit
  await page.getByRole('button', { name: 'New sandbox', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.locator('.more > summary').click()
  await dialog.getByLabel('Tag key').fill('team')
  await dialog.locator('.more > summary').click()
  await dialog.getByLabel('Tag key').waitFor({ state: 'hidden' })
  await dialog.getByRole('button', { name: 'Create' }).click()
  await dialog.getByText('A tag needs a key and a value.').waitFor()
  expect(await focused(page)).toBe('')
  expect(await dialog.getByLabel('Tag value').getAttribute('aria-invalid')).toBe('true')
  expect(calls.filter((one) => one.get('Action') === 'CreateSandbox')).toEqual([])
})

test('a value that only the API refuses is shown at its field, with its words and the request id', async () => {
  const { page } = visit
  await page.getByRole('button', { name: 'New sandbox', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.locator('.more > summary').click()
  await dialog.getByLabel('Tag key').fill('managed-by')
  await dialog.getByLabel('Tag value').fill('me')
  await dialog.locator('.more > summary').click()
  await dialog.getByRole('button', { name: 'Create' }).click()
  const problem = dialog.locator('.field', { has: page.getByLabel('Tag key') }).getByRole('alert')
  await problem.getByText('must not be the tag of the manager').waitFor() // unfolded
  expect(await dialog.getByRole('alert').count()).toBe(1)
  expect(await dialog.getByLabel('Tag key').getAttribute('aria-invalid')).toBe('true')
  const text = await withDetails(problem)
  expect(text).toContain('InvalidParameter.TagKey')
  expect(text).toMatch(REQUEST_ID)
  await dialog.getByLabel('Tag key').fill('team')
  await problem.waitFor({ state: 'detached' })
})

test('an error is one sentence; the words of the API and the request ids are under Details', async () => {
  local.cloud.ecs.faults.add({ Kind: 'NoQuota' })
  const sentence = 'A quota of the cloud account is used up. Delete machines there, or request a higher quota.'
  const notice = await refused('b', sentence)
  const lines = (await notice.innerText()).split('\n').filter((line) => line.trim())
  expect(lines).toEqual([sentence, 'Details'])
  const text = await withDetails(notice)
  expect(text).toContain('QuotaExceeded.MaximumInstances')
  expect(text).toMatch(REQUEST_ID)
})

test('a type that is out of stock: the form has a field for another one', async () => {
  const { page, sandbox, calls } = visit
  local.cloud.ecs.faults.add({ Kind: 'NoStock', Times: 1 })
  await refused('other', 'choose another type or zone under “More”')
  const dialog = page.getByRole('dialog')
  await dialog.locator('.more > summary').click()
  await dialog.getByLabel('Type').fill('ecs.g3i.xlarge')
  await dialog.getByLabel('Zone').fill('cn-beijing-a')
  await dialog.getByLabel('Tag key').fill('team')
  await dialog.getByLabel('Tag value').fill('research')
  await dialog.getByRole('button', { name: 'Create' }).click()
  await dialog.waitFor({ state: 'detached' })
  await sandbox('sandbox-other').getByText('ecs.g3i.xlarge').waitFor()
  const created = calls.filter((one) => one.get('Action') === 'CreateSandbox').at(-1)
  expect(Object.fromEntries(created ?? [])).toMatchObject({
    InstanceType: 'ecs.g3i.xlarge',
    ZoneId: 'cn-beijing-a',
    TagKey: 'team',
    TagValue: 'research',
  })
})

test('the request id can be copied', async () => {
  await visit.page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  local.cloud.ecs.faults.add({ Kind: 'NoQuota' })
  const text = await withDetails(await refused('b', 'A quota of the cloud account is used up.'))
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
  const noQuota = await refused('b', 'A quota of the cloud account is used up.')
  expect(await withDetails(noQuota)).toContain('QuotaExceeded.MaximumInstances')
  await keepScreenshot(visit.page, 'console-quota')
  await visit.page.keyboard.press('Escape')
  local.cloud.ecs.faults.clear()
  await call('CreateSandbox', { InstanceName: 'agent-2' })
  const noRoom = await refused('c', 'The maximum number of sandboxes is reached.')
  expect(await withDetails(noRoom)).toContain('The limit of sandboxes (2) is reached.')
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
  expect(await withDetails(notice)).toMatch(REQUEST_ID)
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
  await page.getByRole('alert').getByText('The cloud refuses the manager itself').waitFor()
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

test.each(['i-00000000000000000000', 'no-id'])('the desktop of %s, an id that no sandbox has', async (id) => {
  const { page } = visit
  await page.evaluate(`location.hash = '#/desktop/${id}'`)
  await page.getByText('There is no sandbox with this ID').waitFor()
  expect(await page.locator('.screen-panel').innerText()).toContain(id)
  expect(await page.getByText('gone').count()).toBe(0)
  await page.getByRole('link', { name: 'Back to all sandboxes' }).last().click()
  await visit.sandbox('agent-1').waitFor()
})

test('a link whose token is not valid says so, and does not stand in the address', async () => {
  const [{ SandboxId }] = (await call('DescribeSandboxes')).Result
  const other = await openConsole(browser, local.url, { hash: `#token=${SandboxId}.${'a'.repeat(43)}` })
  const { page } = other
  await page.getByRole('alert').getByText('The link to this desktop is not valid').waitFor()
  expect(await withDetails(page.getByRole('alert'))).toMatch(REQUEST_ID)
  expect(page.url()).not.toContain('token')
  await other.close()
  expect(other.problems).toEqual([])
})
