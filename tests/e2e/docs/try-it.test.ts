import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Local, startLocal } from '../../../infra/local/cloud.ts'
import { keepScreenshot, launchBrowser } from '../support/browser.ts'
import { openDocs } from './docs.ts'

const KEY = 'fake-key-of-a-reader'

let browser: Browser
let local: Local
let withKey: Local

beforeAll(async () => {
  browser = await launchBrowser()
  local = await startLocal({ port: 0 })
  withKey = await startLocal({
    port: 0,
    auth: 'key',
    settings: { ECS_MANAGER__SECURITY__KEYS: JSON.stringify({ reader: KEY }) },
  })
})
beforeEach(() => local.cloud.ecs.reset())
afterAll(async () => {
  await browser?.close()
  await local?.close()
  await withKey?.close()
})

const names = () => local.cloud.ecs.instances().map(({ InstanceName }) => InstanceName)
const status = (operation: Locator) => operation.locator('.live-responses-table tbody .response-col_status')
const answer = (operation: Locator) => operation.locator('.live-responses-table tbody .response-col_description')

/** Sends the request that the form shows, with another body if there is one. */
async function send(operation: Locator, body?: object): Promise<void> {
  const tryIt = operation.getByRole('button', { name: 'Try it out' })
  if (await tryIt.isVisible()) await tryIt.click()
  if (body) await operation.locator('textarea').fill(JSON.stringify(body))
  await operation.getByRole('button', { name: 'Execute' }).click()
}

describe('a call that is tried', () => {
  test('creates, lists and deletes a sandbox', async () => {
    const { page, problems, open, close } = await openDocs(browser, local.url, { hash: '/Sandboxes/CreateSandbox' })
    const create = await open('CreateSandbox')
    await send(create)
    await status(create).getByText('200').waitFor()
    expect(names()).toEqual(['sandbox-agent-1'])
    const id = local.cloud.ecs.instances()[0]?.InstanceId ?? ''
    expect(await answer(create).innerText()).toContain(id)
    await keepScreenshot(page, 'docs-created')

    for (const operationId of ['DescribeSandboxes', 'DescribeSandboxesByGet']) {
      const list = await open(operationId)
      await send(list)
      await answer(list).getByText(id).first().waitFor()
    }

    const remove = await open('DeleteSandbox')
    await send(remove, { SandboxId: id })
    await status(remove).getByText('200').waitFor()
    expect(names()).toEqual([])
    await close()
    expect(problems).toEqual([])
  })

  test('may have its parameters in the query, beside those of the path', async () => {
    const { page, problems, open, close } = await openDocs(browser, local.url)
    const create = await open('CreateSandboxByGet')
    await create.getByRole('button', { name: 'Try it out' }).click()
    await create.getByPlaceholder('InstanceName').fill('a_b')
    await create.getByPlaceholder('TagKey').fill('team')
    await create.getByPlaceholder('TagValue').fill('a + b')
    const [request] = await Promise.all([page.waitForRequest(/Action=CreateSandbox/), send(create)])
    expect(Object.fromEntries(new URL(request.url()).searchParams)).toEqual({
      Action: 'CreateSandbox',
      Version: '2020-04-01',
      OsType: 'Linux',
      InstanceName: 'a_b',
      TagKey: 'team',
      TagValue: 'a + b',
    })
    await status(create).getByText('200').waitFor()
    await close()
    expect(problems).toEqual([])
  })

  test('opens a desktop, renews its sandbox and uses its token up', async () => {
    local.cloud.ecs.seed(1, { tags: { 'managed-by': 'ecs-manager' } })
    const SandboxId = local.cloud.ecs.instances()[0]?.InstanceId
    const { problems, open, close } = await openDocs(browser, local.url)
    const renew = await open('RenewSandbox')
    await send(renew, { SandboxId, LifetimeSeconds: 60 })
    await status(renew).getByText('200').waitFor()
    const desktop = await open('DescribeSandboxTerminalUrl')
    await send(desktop, { SandboxId })
    await status(desktop).getByText('200').waitFor()
    const [Token = ''] = /i-[a-z0-9]+\.[\w-]{43}/.exec(await answer(desktop).innerText()) ?? []
    const validate = await open('ValidateVncToken')
    await send(validate, { Token })
    await answer(validate).getByText('5905').first().waitFor()
    await close()
    expect(problems).toEqual([])
  })

  test('may be an event', async () => {
    local.cloud.ecs.seed(1, { tags: { 'managed-by': 'ecs-manager' } })
    const { problems, open, close } = await openDocs(browser, local.url)
    const event = await open('TeardownSandboxes')
    await event.getByLabel('Request content type').selectOption('application/json')
    await send(event, { SandboxId: local.cloud.ecs.instances()[0]?.InstanceId })
    await answer(event).getByText('Deleted').first().waitFor()
    expect(names()).toEqual([])
    await close()
    expect(problems).toEqual([])
  })
})

/** Enters a key in the dialog. `index` is that of the security scheme. */
async function authorize(page: Page, key: string, index = 0): Promise<void> {
  await page.getByRole('button', { name: 'Authorize', exact: true }).click()
  const dialog = page.locator('.dialog-ux')
  const scheme = dialog.locator('.auth-container').nth(index)
  const logout = scheme.getByRole('button', { name: 'Remove authorization' })
  if (await logout.isVisible()) await logout.click()
  for (const input of await scheme.locator('input').all()) await input.fill(key) // for Basic also any user
  await scheme.getByRole('button', { name: 'Apply credentials' }).click()
  await keepScreenshot(page, 'docs-authorize')
  await dialog.getByRole('button', { name: 'Close' }).first().click()
}

test('a wrong key is reported, and the right one is accepted', async () => {
  const { page, problems, open, close } = await openDocs(browser, withKey.url)
  const list = await open('DescribeSandboxes')
  await send(list)
  await answer(list).getByText('MissingAuthenticationToken').first().waitFor()
  await authorize(page, 'another-key')
  await send(list)
  await answer(list).getByText('InvalidAccessKey').first().waitFor()
  await authorize(page, KEY)
  await send(list)
  await status(list).getByText('200').waitFor()
  await close()
  expect(problems).toEqual([])
})

test('a key is not shown in the curl command, nor stored, and remains if the language changes', async () => {
  const { page, problems, open, close } = await openDocs(browser, withKey.url)
  const list = await open('DescribeSandboxes')
  // If Bearer and Basic are set, Basic is sent.
  for (const [index, header] of [
    [0, 'X-API-Key: <key>'],
    [1, 'Authorization: Bearer <key>'],
    [2, 'Authorization: Basic <key>'],
  ] as const) {
    await authorize(page, KEY, index)
    await send(list)
    await list.locator('.curl-command').getByText(`'${header}'`).waitFor()
    await status(list).getByText('200').waitFor()
    expect(await list.locator('.curl-command').innerText()).not.toContain(KEY)
  }
  await page.locator('.topbar select').selectOption({ label: '中文' })
  await page.getByText('创建沙箱', { exact: true }).first().waitFor()
  const other = await open('DescribeSandboxesByGet')
  await send(other)
  await status(other).getByText('200').waitFor()
  const stored = await page.evaluate<string>('JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie')
  expect(stored).not.toContain(KEY)
  await close()
  expect(problems).toEqual([])
})
