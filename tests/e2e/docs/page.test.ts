import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Local, startLocal } from '../../../infra/local/cloud.ts'
import { keepScreenshot, launchBrowser } from '../support/browser.ts'
import { openDocs, overflow } from './docs.ts'

let browser: Browser
let local: Local

beforeAll(async () => {
  browser = await launchBrowser()
  local = await startLocal({ port: 0 })
})

afterAll(async () => {
  await browser?.close()
  await local?.close()
})

type Operation = {
  operationId: string
  description: string
  parameters: { name: string; in: string }[]
  responses: Record<string, { $ref?: string }>
}

const description = readFileSync(join(import.meta.dirname, '../../../openapi.json'), 'utf8')
const paths: Record<string, { get?: Operation; post?: Operation }> = JSON.parse(description).paths
const operations = Object.values(paths).flatMap(({ get, post }) => get ?? post ?? [])

test('every operation of openapi.json is shown with its parameters and failures', async () => {
  const { page, problems, goTo, close } = await openDocs(browser, local.url)
  expect(operations).toHaveLength(7)
  for (const { operationId, description, parameters, responses } of operations) {
    await goTo(operationId)
    await page.getByRole('heading', { level: 1, name: operationId }).waitFor()
    expect(await page.title()).toBe(`${operationId} · API · ECS Manager`)
    const text = await page.locator('main').innerText()
    expect(text).toContain(description.split(/[.;`]/)[0])
    for (const { name } of parameters.filter((parameter) => parameter.in === 'query')) expect(text).toContain(name)
    for (const status of Object.keys(responses)) if (status !== '200') expect(text).toContain(`\n${status}\n`)
  }
  await close()
  expect(problems).toEqual([])
})

test('a failure opens to tell when it comes', async () => {
  const { page, close } = await openDocs(browser, local.url, { hash: 'RenewSandbox.failures' })
  await page.getByRole('heading', { name: 'Failures' }).waitFor()
  const text = page.getByText('No sandbox has this id, or the id')
  expect(await text.isVisible()).toBe(false)
  await page.getByText('InvalidSandbox.NotFound').first().click()
  expect(await text.isVisible()).toBe(true)
  await close()
})

test('a heading has an address, at which the page opens', async () => {
  const { page, close } = await openDocs(browser, local.url, { hash: 'CreateSandbox.failures' })
  const heading = page.getByRole('heading', { name: 'Failures' })
  const top = async () => (await heading.boundingBox())?.y ?? -1
  await expect.poll(top).toBeLessThan(400)
  expect(await top()).toBeGreaterThan(50)
  await page.getByRole('heading', { name: 'Parameters' }).getByRole('link').click()
  expect(new URL(page.url()).hash).toBe('#CreateSandbox.parameters')
  await page.goBack()
  await expect.poll(top).toBeLessThan(400)
  await page.goto(`${local.url}/docs#NoSuchAction`)
  await page.getByText('There is no such action.').waitFor()
  await close()
})

test('all of it is reached by keyboard', async () => {
  const { page, close } = await openDocs(browser, local.url)
  const focused = () => page.evaluate<string>('document.activeElement.innerText || document.activeElement.id')
  const tabTo = async (wanted: string | RegExp) => {
    for (let count = 0; count < 60; count += 1) {
      await page.keyboard.press('Tab')
      if ((await focused()).match(wanted)) return
    }
    expect.fail(`${wanted} is not reached`)
  }
  await tabTo(/^DescribeSandboxes$/)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'DescribeSandboxes' }).waitFor()
  await expect.poll(focused).toBe('DescribeSandboxes')
  await tabTo(/^Send$/)
  await page.keyboard.press('Enter')
  await page.getByRole('region', { name: 'Answer' }).getByText('"Result": []').waitFor()
  await tabTo(/^400/)
  await page.keyboard.press('Enter')
  await page.getByText('The action has no such parameter.').waitFor()
  await close()
})

test.each([
  ['en-GB', 1440, 'light'],
  ['en-GB', 1024, 'dark'],
  ['zh-CN', 390, 'dark'],
  ['en-GB', 360, 'light'],
] as const)('%s, %d pixels wide, %s: nothing lies beyond the edge', async (locale, width, colorScheme) => {
  const { page, problems, close } = await openDocs(browser, local.url, {
    locale,
    colorScheme,
    viewport: { width, height: 800 },
  })
  expect(await overflow(page)).toBe(0)
  const isPhone = width < 800
  expect(await page.getByRole('combobox').isVisible()).toBe(isPhone)
  for (const { operationId } of operations) {
    if (isPhone) await page.getByRole('combobox').first().selectOption(operationId)
    else await page.getByRole('navigation').getByRole('link', { name: operationId, exact: true }).click()
    await page.getByRole('heading', { level: 1, name: operationId }).waitFor()
    for (const details of await page.locator('details > summary').all()) await details.click()
    expect([operationId, await overflow(page)]).toEqual([operationId, 0])
    if (operationId === 'CreateSandbox') await keepScreenshot(page, `docs-${locale}-${width}`)
  }
  await close()
  expect(problems).toEqual([])
})

test('speaks Chinese, the description too', async () => {
  const { page, close } = await openDocs(browser, local.url, { locale: 'zh-CN', hash: 'CreateSandbox' })
  await page.getByText('创建沙箱', { exact: true }).waitFor()
  expect(await page.getByRole('button', { name: '发送' }).isVisible()).toBe(true)
  const left = await page.locator('main').innerText()
  // What is code, names and messages of the service stays as it is.
  expect(left.match(/\b(?:the|must|where|with)\b/gi) ?? []).toEqual([])
  await page.getByRole('button', { name: 'English' }).click()
  await page.getByText('Create a sandbox').waitFor()
  await close()
})

test('without a description it says so, and tries again', async () => {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.route('**/openapi.json', (route) => route.abort(), { times: 1 })
  await page.goto(`${local.url}/docs`)
  await page.getByRole('alert').getByText('The description could not be loaded.').waitFor()
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('heading', { name: 'ECS Manager API' }).waitFor()
  await context.close()
})
