import { expect, test } from 'vitest'
import { startLocal } from '../../../infra/local/cloud.ts'
import { launchBrowser } from '../support/browser.ts'
import { openDocs } from './docs.ts'

const KEY = 'fake-key-of-a-reader'

test('a service that wants a key is asked with one, kept as long as the tab, and never shown', async () => {
  const [browser, local] = await Promise.all([
    launchBrowser(),
    startLocal({ port: 0, auth: 'key', settings: { ECS_MANAGER__SECURITY__KEYS: JSON.stringify({ reader: KEY }) } }),
  ])
  try {
    const { page, problems, form, field, goTo, send, answer } = await openDocs(browser, local.url, {
      hash: 'DescribeSandboxes',
    })
    await send()
    await answer.getByText('MissingAuthenticationToken').waitFor()
    await form.getByText('This service wants a key.').waitFor()
    await page.keyboard.type('another-key')
    await send()
    await form.getByText('This key is wrong.').waitFor()
    await field('Key').fill(KEY)
    await send()
    await answer.getByText('200').waitFor()
    expect(await form.locator('.request pre').nth(1).innerText()).toContain('-H "X-API-Key: $KEY"')
    expect(await page.locator('body').innerText()).not.toContain(KEY)

    await page.reload()
    await goTo('CreateSandbox')
    await send()
    await answer.getByText('200').waitFor()

    await page.goto(`${local.url}/console`)
    await page.getByText('Booting').or(page.getByText('Running')).first().waitFor()
    expect(page.url()).not.toContain(KEY)
    expect(problems).toEqual([])
  } finally {
    await browser.close()
    await local.close()
  }
})
