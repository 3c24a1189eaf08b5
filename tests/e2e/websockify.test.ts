import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { startLocal } from '../../infra/local/cloud.ts'
import { callerOf, runningSandbox } from './support/api.ts'
import { keepScreenshot, launchBrowser } from './support/browser.ts'
import { startCuttable } from './support/cut.ts'
import { freePort, startWebsockify } from './support/websockify.ts'

const KEY = 'fake-key-of-websockify'

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
async function start(settings: Record<string, string> = {}) {
  const port = await freePort()
  const viewer = `http://127.0.0.1:${port}/vnc.html#autoconnect=true&path=websockify%3Ftoken%3D{token}`
  let log = ''
  const local = await startLocal({
    port: 0,
    desktops: true,
    auth: 'key',
    settings: {
      ECS_MANAGER__SECURITY__KEYS: JSON.stringify({ websockify: KEY }),
      ECS_MANAGER__TERMINAL__VNC_URL_TEMPLATE: viewer,
      ...settings,
    },
    onLog: (_name, line) => {
      log += `${line}\n`
    },
  })
  try {
    const websockify = await startWebsockify(local.url, KEY, port)
    /** How ValidateVncToken answered, time and again. */
    const validations = () => [...log.matchAll(/ValidateVncToken (.*?) \d+ ms/g)].map(([, answer]) => answer)
    const close = async () => {
      await websockify.close()
      await local.close()
    }
    return { call: callerOf(local.url, KEY), websockify, validations, close }
  } catch (error) {
    await local.close()
    throw error
  }
}

type Started = Awaited<ReturnType<typeof start>>

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
  await expect.poll(() => isConnected(page)).toBe(true)
  await expect.poll(() => colours(page)).toBeGreaterThan(1)
}

/** The desktop stays away, and for the reason that is meant: what ValidateVncToken has answered last. */
const isRefused = async (page: Page, { validations }: Started, reason: string) => {
  await expect
    .poll(() => page.locator('#noVNC_status').textContent(), { timeout: 15_000 })
    .toContain('Failed to connect')
  await expect.poll(() => validations().at(-1)).toBe(reason)
}

const USED = '404 InvalidVncToken.NotFound'

/** websockify puts a token into the URL as it is: the function sees two actions, and does neither. */
const INJECTED = '404 InvalidActionOrVersion'

describe('as shipped', () => {
  let started: Started
  let sandbox: { SandboxId: string }

  beforeAll(async () => {
    started = await start()
    const { SandboxId } = await runningSandbox(started.call)
    sandbox = { SandboxId }
  })

  afterAll(() => started?.close())

  const link = async (): Promise<string> => (await started.call('DescribeSandboxTerminalUrl', sandbox)).Result.Url

  test('the link of a token shows the desktop, once', async () => {
    const url = await link()
    const first = await open(url)
    await isOpen(first)
    await keepScreenshot(first, 'websockify-novnc')
    await isRefused(await open(url), started, USED)
    expect(await isConnected(first)).toBe(true)
  })

  test('no token brings another action with it', async () => {
    const token = `a%26Action%3DDeleteSandbox%26SandboxId%3D${sandbox.SandboxId}`
    const { websockify, call, validations } = started
    const viewer = `${websockify.url}/vnc.html#autoconnect=true&path=websockify%3Ftoken%3D`
    await isRefused(await open(`${viewer}${encodeURIComponent(token)}`), started, INJECTED)
    // noVNC may have encoded it once more; an attacker sends it as it is.
    const before = validations().length
    const ended = await new Promise((resolve) => {
      const socket = new WebSocket(`${websockify.url.replace('http', 'ws')}/websockify?token=${token}`)
      socket.on('open', () => resolve('open')).on('error', ({ message }) => resolve(message))
    })
    expect(ended).not.toBe('open')
    await expect.poll(() => validations().slice(before)).toEqual([INJECTED])
    expect((await call('DescribeSandboxes', sandbox)).Result).toMatchObject([{ ...sandbox, Status: 'RUNNING' }])
  })

  test('two tabs opened together both work; once the sandbox is deleted neither does, nor an unused token', async () => {
    const tabs = await Promise.all([link(), link()].map(async (url) => open(await url)))
    await Promise.all(tabs.map(isOpen))
    const unused = [await link(), await link()]
    expect((await started.call('DeleteSandbox', sandbox)).status).toBe(200)
    for (const tab of tabs) await expect.poll(() => isConnected(tab)).toBe(false)
    for (const url of unused) await isRefused(await open(url), started, USED)
  })

  test('websockify does not write its key', () => {
    expect(started.websockify.output()).toContain('connecting to') // it does write
    expect(started.websockify.output()).not.toContain(KEY)
  })
})

describe('with the shortest security.vnc_token_ttl_seconds', () => {
  test('an expired token is refused', async () => {
    const started = await start({ ECS_MANAGER__SECURITY__VNC_TOKEN_TTL_SECONDS: '10' })
    try {
      const { SandboxId } = await runningSandbox(started.call)
      const { Url } = (await started.call('DescribeSandboxTerminalUrl', { SandboxId })).Result
      await sleep(11_000)
      await isRefused(await open(Url), started, '403 InvalidVncToken.Expired')
    } finally {
      await started.close()
    }
  })
})

describe('with security.vnc_token_reuse_seconds', () => {
  // Long enough for a slow computer to reconnect within it.
  const WINDOW_SECONDS = 15

  test('noVNC reconnects by itself after a cut, until the window ends', async () => {
    const started = await start({ ECS_MANAGER__SECURITY__VNC_TOKEN_REUSE_SECONDS: `${WINDOW_SECONDS}` })
    const way = await startCuttable(Number(new URL(started.websockify.url).port))
    try {
      const { SandboxId } = await runningSandbox(started.call)
      const { Url } = (await started.call('DescribeSandboxTerminalUrl', { SandboxId })).Result
      const page = await open(`${Url.replace(started.websockify.url, way.url)}&reconnect=true&reconnect_delay=500`)
      await isOpen(page)
      const openedAt = Date.now()

      way.cut()
      await expect.poll(() => isConnected(page), { interval: 20 }).toBe(false)
      await isOpen(page)
      expect(started.validations()).toEqual(['200', '200'])

      await sleep(openedAt + WINDOW_SECONDS * 1_000 + 1_000 - Date.now())
      expect(await isConnected(page)).toBe(true) // the window is for opening, not for staying
      way.cut()
      await isRefused(page, started, '403 InvalidVncToken.Expired')
    } finally {
      way.close()
      await started.close()
    }
  })
})
