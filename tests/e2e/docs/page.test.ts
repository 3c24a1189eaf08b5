import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
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

type Operations = Record<string, { operationId: string; tags: string[]; parameters: { name: string }[] }>

const description = readFileSync(join(import.meta.dirname, '../../../openapi.json'), 'utf8')
const paths: Record<string, Operations> = JSON.parse(description).paths
const operations = Object.values(paths).flatMap((path) => Object.values(path))

/** The names of parameters and headers that take more than one line. */
const brokenNames = (page: Page) =>
  page.evaluate<string[]>(`
    [...document.querySelectorAll('.parameter__name, table.headers td:first-child')]
      .filter((element) => {
        const range = document.createRange()
        range.selectNodeContents(element)
        return new Set([...range.getClientRects()].map(({ bottom }) => Math.round(bottom))).size > 1
      })
      .map((element) => element.textContent)
  `)

test.each([
  ['wide', 1440, 'light'],
  ['dark', 1024, 'dark'],
  ['narrow', 360, 'light'],
] as const)('a %s window shows every operation, and nothing beyond its edge', async (name, width, colorScheme) => {
  const { page, problems, open, close } = await openDocs(browser, local.url, {
    colorScheme,
    viewport: { width, height: 900 },
  })
  await keepScreenshot(page, `docs-${name}`)
  for (const { operationId } of operations) {
    const operation = await open(operationId)
    expect([operationId, await overflow(page)]).toEqual([operationId, 0])
    expect([operationId, await brokenNames(page)]).toEqual([operationId, []])
    if (operationId.startsWith('CreateSandbox')) await keepScreenshot(page, `docs-${name}-${operationId}`)
    await operation.locator('.opblock-summary-control').click()
  }
  await close()
  expect(problems).toEqual([])
})

test('a link leads to an operation', async () => {
  const { page, problems, close } = await openDocs(browser, local.url, { hash: '/Sandboxes/RenewSandbox' })
  const operation = page.locator('#operations-Sandboxes-RenewSandbox.is-open')
  await operation.getByText('Set a new end for a sandbox').waitFor()
  await expect.poll(async () => (await operation.boundingBox())?.y).toBeLessThan(450)
  await page.getByRole('navigation').getByRole('link', { name: 'Console' }).click()
  await page.waitForURL(`${local.url}/console`)
  await close()
  expect(problems).toEqual([])
})

test('the descriptions are in Chinese if the browser prefers it, or it is selected', async () => {
  const { page, problems, close } = await openDocs(browser, local.url, { locale: 'zh-CN' })
  await page.getByText('创建沙箱', { exact: true }).first().waitFor()
  await keepScreenshot(page, 'docs-chinese')
  const select = page.locator('.topbar select')
  await select.selectOption({ label: 'English' })
  await page.getByText('Create a sandbox', { exact: true }).first().waitFor()
  await select.selectOption({ label: '中文' })
  await page.getByText('创建沙箱', { exact: true }).first().waitFor()
  await close()
  expect(problems).toEqual([])
})
