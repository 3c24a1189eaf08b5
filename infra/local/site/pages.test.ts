import { beforeAll, describe, expect, test } from 'vitest'
import type { GatewayResponse } from '../../emulator/apig/proxy/response.ts'
import { createPages } from './pages.ts'

const pages = createPages({ facts: { cloud: 'emulated' } })

describe.each(['console', 'docs'])('/%s', (page) => {
  let html: GatewayResponse | undefined
  beforeAll(async () => {
    html = await pages.answer(`/${page}`)
  })

  test('is a page with the given facts', () => {
    expect(html).toMatchObject({ status: 200, headers: { 'Content-Type': 'text/html; charset=utf-8' } })
    expect(html?.body.toString()).toContain('<html lang="en" data-cloud="emulated">')
  })

  test('refers only to existing files', async () => {
    const references = [...(html?.body.toString() ?? '').matchAll(/(?:src|href)="([^"]*)"/g)].map(([, path]) => path)
    expect(references).toEqual(expect.arrayContaining([`/${page}/index.js`, `/${page}/index.css`]))
    for (const path of references.filter((path) => !path?.startsWith('data:'))) {
      const file = await pages.answer(path?.split('#')[0] ?? '')
      expect(file?.status, path).toBe(200)
      expect(file?.body.length, path).toBeGreaterThan(100)
    }
  })

  test('lets the browser call only this gateway, and cannot be framed', () => {
    const policy = html?.headers['Content-Security-Policy'] ?? ''
    expect(policy).toMatch(/^default-src 'none';/)
    expect(policy).toContain("connect-src 'self';")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|\*|https?:/)
  })
})

test.each(['/openapi.json', '/openapi.zh.json'])('%s is a description of the API', async (path) => {
  const { status, body } = (await pages.answer(path)) ?? expect.fail(path)
  expect([status, JSON.parse(body.toString()).openapi]).toEqual([200, '3.1.0'])
})

test.each([
  '/',
  '/console/other.js',
  '/console/../config.toml',
  '/consoles',
  '/docs//',
  '/config.toml',
  '/openapi.fr.json',
])('%s is not one of the pages', (path) => {
  expect(pages.answer(path)).toBeUndefined()
})
