import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { type Local, startLocal } from '../../infra/local/cloud.ts'
import { callerOf, runningSandbox } from './support/api.ts'
import { keepScreenshot, launchBrowser } from './support/browser.ts'
import { startCuttable } from './support/cut.ts'
import { freePort, startWebsockify, type Websockify } from './support/websockify.ts'

const KEY = 'fake-key-of-websockify'
const TTL_SECONDS = 10

let browser: Browser
const pages: Page[] = []

beforeAll(async () => {
  browser = await launchBrowser()
})

afterAll(() => browser?.close())

afterEach(async () => {
  for (const page of pages.splice(0)) await page.close()
})

/** What `npm start -- --desktops --auth key` runs, and the real websockify with noVNC in front of it. */
async function start(settings: Record<string, string>): Promise<{ local: Local; websockify: Websockify }> {
  const port = await freePort()
  const local = await startLocal({
    port: 0,
    desktops: true,
    auth: 'key',
    settings: {
      ECS_MANAGER__SECURITY__KEYS: JSON.stringify({ websockify: KEY }),
      ECS_MANAGER__TERMINAL__VNC_URL_TEMPLATE: `http://127.0.0.1:${port}/vnc.html#autoconnect=true&path=websockify%3Ftoken%3D{token}`,
      ...settings,
    },
  })
  try {
    return { local, websockify: await startWebsockify(local.url, KEY, port) }
  } catch (error) {
    await local.close()
    throw error
  }
}

async function open(url: string): Promise<Page> {
  const page = await browser.newPage()
  pages.push(page)
  await page.goto(url)
  return page
}

/** Whether noVNC has a connection, which is a class of its page. */
const isConnected = async (page: Page) =>
  /\bnoVNC_connected\b/.test((await page.locator('html').getAttribute('class')) ?? '')

/** How many colours the desktop shows; an empty canvas has one. */
const colours = (page: Page) =>
  page.evaluate<number>(`(() => {
    const canvas = document.querySelector('#noVNC_container canvas')
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    return new Set(new Uint32Array(data.buffer)).size
  })()`)

const isOpen = async (page: Page) => {
  await expect.poll(() => isConnected(page), { timeout: 15_000 }).toBe(true)
  await expect.poll(() => colours(page), { timeout: 15_000 }).toBeGreaterThan(1)
}

const isRefused = (page: Page) =>
  expect.poll(() => page.locator('#noVNC_status').textContent(), { timeout: 15_000 }).toContain('Failed to connect')

describe('as shipped, but for a short life of tokens', () => {
  let local: Local
  let websockify: Websockify
  let call: ReturnType<typeof callerOf>
  let sandbox: { SandboxId: string }

  beforeAll(async () => {
    ;({ local, websockify } = await start({ ECS_MANAGER__SECURITY__VNC_TOKEN_TTL_SECONDS: `${TTL_SECONDS}` }))
    call = callerOf(local.url, KEY)
    const { SandboxId } = await runningSandbox(call)
    sandbox = { SandboxId }
  })

  afterAll(async () => {
    await websockify?.close()
    await local?.close()
  })

  const link = async (): Promise<string> => (await call('DescribeSandboxTerminalUrl', sandbox)).Result.Url

  test('the link of a token shows the desktop, once', async () => {
    const url = await link()
    const first = await open(url)
    await isOpen(first)
    await keepScreenshot(first, 'websockify-novnc')
    await isRefused(await open(url))
    expect(await isConnected(first)).toBe(true)
  })

  test('two tabs opened together both work', async () => {
    const opened = await Promise.all([link(), link()].map(async (url) => open(await url)))
    await Promise.all(opened.map(isOpen))
  })

  test('an expired token is refused', async () => {
    const url = await link()
    await sleep(TTL_SECONDS * 1_000 + 1_000)
    await isRefused(await open(url))
  })

  test('no token brings another action with it', async () => {
    const token = `a%26Action%3DDeleteSandbox%26SandboxId%3D${sandbox.SandboxId}`
    await isRefused(
      await open(`${websockify.url}/vnc.html#autoconnect=true&path=websockify%3Ftoken%3D${encodeURIComponent(token)}`),
    )
    // noVNC may have encoded it once more: as an attacker would send it, too.
    const ended = await new Promise((resolve) => {
      const socket = new WebSocket(`${websockify.url.replace('http', 'ws')}/websockify?token=${token}`)
      socket.on('open', () => resolve('open')).on('error', ({ message }) => resolve(message))
    })
    expect(ended).not.toBe('open')
    expect((await call('DescribeSandboxes', sandbox)).Result).toMatchObject([{ ...sandbox, Status: 'RUNNING' }])
  })

  test('once the sandbox is deleted, open desktops end and tokens that were good are refused', async () => {
    const page = await open(await link())
    await isOpen(page)
    const unused = [await link(), await link()]
    expect((await call('DeleteSandbox', sandbox)).status).toBe(200)
    await expect.poll(() => isConnected(page), { timeout: 15_000 }).toBe(false)
    for (const url of unused) await isRefused(await open(url))
  })

  test('websockify writes neither its key nor a token that is still good', () => {
    expect(websockify.output()).not.toContain(KEY)
  })
})

describe('with security.vnc_token_reuse_seconds', () => {
  const WINDOW_SECONDS = 8
  let local: Local
  let websockify: Websockify
  let way: Awaited<ReturnType<typeof startCuttable>>

  beforeAll(async () => {
    ;({ local, websockify } = await start({ ECS_MANAGER__SECURITY__VNC_TOKEN_REUSE_SECONDS: `${WINDOW_SECONDS}` }))
    way = await startCuttable(Number(new URL(websockify.url).port))
  })

  afterAll(async () => {
    way?.close()
    await websockify?.close()
    await local?.close()
  })

  test('noVNC reconnects by itself after a cut, until the window ends', async () => {
    const call = callerOf(local.url, KEY)
    const { SandboxId } = await runningSandbox(call)
    const { Url } = (await call('DescribeSandboxTerminalUrl', { SandboxId })).Result
    const page = await open(`${Url.replace(websockify.url, way.url)}&reconnect=true&reconnect_delay=500`)
    await isOpen(page)
    const openedAt = Date.now()

    way.cut()
    await expect.poll(() => isConnected(page), { timeout: 5_000, interval: 20 }).toBe(false)
    await isOpen(page)
    expect(Date.now() - openedAt).toBeLessThan(WINDOW_SECONDS * 1_000) // else it proves nothing

    await sleep(openedAt + WINDOW_SECONDS * 1_000 + 1_000 - Date.now())
    expect(await isConnected(page)).toBe(true) // the window is for opening, not for staying
    way.cut()
    await isRefused(page)
  })
})
