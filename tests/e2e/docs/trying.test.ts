import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Local, startLocal } from '../../../infra/local/cloud.ts'
import { keepScreenshot, launchBrowser } from '../support/browser.ts'
import { openDocs } from './docs.ts'

let browser: Browser
let local: Local

beforeAll(async () => {
  browser = await launchBrowser()
  local = await startLocal({ port: 0 })
})
beforeEach(() => local.cloud.ecs.reset())

afterAll(async () => {
  await browser?.close()
  await local?.close()
})

const instances = () => local.cloud.ecs.instances()

describe('a request that is tried', () => {
  it('makes a sandbox, whose id the next ones know, up to its deletion', async () => {
    const { page, problems, form, goTo, field, send, answer, close } = await openDocs(browser, local.url, {
      hash: 'CreateSandbox',
    })
    await field('InstanceName').fill('agent-1')
    await field('LifetimeSeconds').fill('60')
    await field('OsType').selectOption('Linux')
    await send()
    await answer.getByText('200').waitFor()
    expect(instances().map(({ InstanceName }) => InstanceName)).toEqual(['sandbox-agent-1'])
    const id = instances()[0]?.InstanceId ?? ''
    expect(await answer.innerText()).toContain(`"SandboxId": "${id}"`)
    expect(await answer.innerText()).toMatch(/\d ms\s+Request ID [\da-f-]{36}/)
    await keepScreenshot(page, 'docs-created')

    await goTo('DescribeSandboxTerminalUrl')
    expect(await field('SandboxId').inputValue()).toBe(id)
    await send()
    await answer.getByText('"Token"').waitFor()

    await goTo('ValidateVncToken')
    await form.getByText('This uses the token up').waitFor()
    await send()
    await answer.getByText('"port": 5905').waitFor()
    await send()
    await answer.getByText('InvalidVncToken.NotFound').waitFor()

    await goTo('DeleteSandbox')
    await send()
    await form.getByText('This deletes for good').waitFor()
    await page.keyboard.press('Enter')
    await form.getByRole('button', { name: 'Send' }).waitFor()
    await send()
    await field('SandboxId').press('Enter') // is no answer to the question
    await field('SandboxId').pressSequentially('0') // another request, which was not asked about
    await form.getByRole('button', { name: 'Send' }).waitFor()
    expect(instances()).toHaveLength(1)
    await field('SandboxId').fill(id)
    await send()
    await form.getByRole('button', { name: 'Delete' }).click()
    await answer.getByText('200').waitFor()
    expect(instances()).toEqual([])

    await goTo('RenewSandbox')
    expect(await field('SandboxId').inputValue()).toBe('')
    await close()
    expect(problems).toEqual([])
  })

  it('that is refused is shown with its code and request id', async () => {
    const { field, send, answer, close } = await openDocs(browser, local.url, { hash: 'RenewSandbox' })
    await field('SandboxId').fill('no id')
    await send()
    await answer.getByText('400').waitFor()
    const text = await answer.innerText()
    const [, requestId] = /Request ID ([\da-f-]{36})/.exec(text) ?? []
    expect(text).toContain(`"RequestId": "${requestId}"`)
    expect(text).toContain('"Code": "InvalidParameter.SandboxId"')
    await close()
  })

  it('is sent as it is shown, in the query or in a body', async () => {
    const { page, form, field, send, answer, close } = await openDocs(browser, local.url, { hash: 'CreateSandbox' })
    await form.getByText('10 more parameters').click()
    await field('TagKey').fill('a & b')
    await field('TagValue').fill('c')
    await field('LifetimeSeconds').fill('60')
    const [inQuery] = await Promise.all([page.waitForRequest('**/?Action=*'), send()])
    expect(await form.locator('.request pre').first().innerText()).toBe(`GET ${inQuery.url().replace(local.url, '')}`)
    await answer.getByText('InvalidParameter.TagKey').waitFor()

    await field('TagKey').fill('team')
    await form.getByText('POST, JSON body').click()
    const [inBody] = await Promise.all([page.waitForRequest('**/?Action=*'), send()])
    expect(inBody.postDataJSON()).toEqual({ TagKey: 'team', TagValue: 'c', LifetimeSeconds: 60 })
    await answer.getByText('200').waitFor()
    expect(await form.locator('.request pre').nth(1).innerText()).toMatch(/^curl -s -H 'Content-Type.*--data-raw/)
    await close()
  })

  it('may be an event', async () => {
    local.cloud.ecs.seed(1, { tags: { 'managed-by': 'ecs-manager' } })
    const { form, field, send, answer, close } = await openDocs(browser, local.url, { hash: 'TeardownSandboxes' })
    const id = instances()[0]?.InstanceId
    await field('Example').selectOption('Only the data · application/json')
    await field('Body').fill(JSON.stringify({ SandboxId: id }))
    await send()
    await form.getByRole('button', { name: 'Delete' }).click()
    await answer.getByText('"Outcome": "Deleted"').waitFor()
    expect(instances()).toEqual([])
    await close()
  })

  it('that nobody answers says so', async () => {
    const { page, form, send, close } = await openDocs(browser, local.url, { hash: 'DescribeSandboxes' })
    await page.route('**/?Action=*', (route) => route.abort())
    await send()
    await form.getByText('There was no answer.').waitFor()
    await close()
  })
})
