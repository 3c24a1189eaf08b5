import { expect, test } from 'vitest'
import { createSite } from './index.ts'

const site = createSite({ gateway: () => '', facts: {} })
const asked = (path: string, query: string, accept: string, method = 'GET') =>
  site.answer({ method, path, query, headers: [['Accept', accept]] })

const PAGE = 'text/html,application/xhtml+xml,*/*;q=0.8'

test('a browser that opens the address without a path is redirected to the console', async () => {
  expect(await asked('/', '', PAGE)).toMatchObject({ status: 302, headers: { Location: '/console' } })
})

test.each([
  ['an action', '/', 'Action=DescribeSandboxes', PAGE, 'GET'],
  ['a program', '/', '', '*/*', 'GET'],
  ['a post', '/', '', PAGE, 'POST'],
  ['a post to a page', '/console', '', PAGE, 'POST'],
])('%s is not answered', (_, path, query, accept, method) => {
  expect(asked(path, query, accept, method)).toBeUndefined()
})
