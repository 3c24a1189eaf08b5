import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Local, startLocal } from '../../../infra/local/cloud.ts'
import { callerOf } from '../support/api.ts'
import { keepScreenshot, launchBrowser } from '../support/browser.ts'
import { openConsole } from './console.ts'

let browser: Browser
let local: Local

beforeAll(async () => {
  browser = await launchBrowser()
  local = await startLocal({ port: 0 })
  const call = callerOf(local.url)
  await call('CreateSandbox', { InstanceName: 'a-name-that-is-as-long-as-names-of-machines-can-be-expected-to-be' })
  await call('CreateSandbox', { InstanceName: 'office', OsType: 'Windows' })
})

afterAll(async () => {
  await browser?.close()
  await local?.close()
})

/** How many pixels of the page lie beyond its right edge. */
const overflow = (page: Page) =>
  page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')

test.each([
  ['en-GB', 1440, 'New sandbox'],
  ['en-GB', 1024, 'New sandbox'],
  ['en-GB', 900, 'New sandbox'],
  ['en-GB', 800, 'New sandbox'],
  ['en-GB', 360, 'New sandbox'],
  ['zh-CN', 360, '新建沙箱'],
])('%s, %d pixels wide: nothing lies beyond the edge', async (locale, width, create) => {
  const { page, sandbox, problems, close } = await openConsole(browser, local.url, {
    locale,
    viewport: { width, height: 740 },
    colorScheme: width === 360 ? 'dark' : 'light',
  })
  await sandbox('office').waitFor()
  expect(await page.getByRole('table').count()).toBe(width < 900 ? 0 : 1)
  expect(await overflow(page)).toBe(0)
  await keepScreenshot(page, `console-${locale}-${width}`)
  await page.getByRole('button', { name: create, exact: true }).click()
  expect(await overflow(page)).toBe(0)
  await page.locator('.more > summary').click()
  expect(await overflow(page)).toBe(0)
  const dialog = await page.getByRole('dialog').boundingBox()
  expect(dialog && dialog.x >= 0 && dialog.x + dialog.width <= width).toBe(true)
  await page.keyboard.press('Escape')

  await sandbox('a-name').getByRole('link').click()
  await page.locator('.screen-panel').waitFor()
  expect(await overflow(page)).toBe(0)
  await close()
  expect(problems).toEqual([])
})

test('speaks Chinese to who prefers it, and what is chosen is kept', async () => {
  const { page, sandbox, close } = await openConsole(browser, local.url, { locale: 'zh-CN' })
  await sandbox('office').getByText('运行中').waitFor()
  expect(await page.getAttribute('html', 'lang')).toBe('zh-CN')
  expect(await page.title()).toBe('沙箱 · ECS Manager')
  await page.getByRole('button', { name: 'English' }).click()
  await sandbox('office').getByText('Running').waitFor()
  expect(await page.getAttribute('html', 'lang')).toBe('en')
  await page.reload()
  await sandbox('office').getByText('Running').waitFor()
  await close()
})

test('is dark with a dark system, and light once that is chosen', async () => {
  const { page, close } = await openConsole(browser, local.url, { colorScheme: 'dark' })
  const brightness = () =>
    page.evaluate<number>(
      `Number(/\\d+/.exec(getComputedStyle(document.documentElement).backgroundColor.replace(/^\\D+/, ''))[0])`,
    )
  await page.getByRole('button', { name: 'Theme: system' }).click()
  expect(await brightness()).toBeGreaterThan(200)
  await page.reload()
  await page.getByRole('button', { name: 'Theme: light' }).click()
  expect(await brightness()).toBeLessThan(60)
  await close()
})

test('says everywhere that machines are real, where they are', async () => {
  const { page, sandbox, close } = await openConsole(browser, local.url)
  await sandbox('office').waitFor()
  const banner = page.getByText('Real machines.')
  expect(await banner.count()).toBe(0)

  await page.addInitScript(`new MutationObserver((_, observer) => {
    document.documentElement.dataset.cloud = 'real'
    observer.disconnect()
  }).observe(document, { childList: true })`)
  await page.reload()
  await banner.waitFor()
  await page.getByRole('button', { name: 'New sandbox', exact: true }).click()
  await page.getByRole('dialog').getByText('This creates a real machine.').waitFor()
  await keepScreenshot(page, 'console-real')
  await page.keyboard.press('Escape')
  await sandbox('a-name').getByRole('link').click()
  await page.locator('.screen-panel').waitFor()
  expect(await banner.isVisible()).toBe(true)
  await close()
})

test('nothing moves for who wants no motion', async () => {
  const { page, close } = await openConsole(browser, local.url, { reducedMotion: 'reduce' })
  await page.evaluate(`document.body.insertAdjacentHTML('beforeend', '<span class="spinner"></span>')`)
  expect(await page.evaluate<string>(`getComputedStyle(document.querySelector('.spinner')).animationName`)).toBe('none')
  await page.emulateMedia({ reducedMotion: 'no-preference' })
  expect(await page.evaluate<string>(`getComputedStyle(document.querySelector('.spinner')).animationName`)).not.toBe(
    'none',
  )
  await close()
})

test.each(['light', 'dark'] as const)(
  '%s: every text stands out from what is behind it (WCAG AA)',
  async (colorScheme) => {
    const { page, sandbox, close } = await openConsole(browser, local.url, { colorScheme })
    await sandbox('office').waitFor()
    await page.getByRole('button', { name: 'New sandbox', exact: true }).click()
    const dialog = page.getByRole('dialog')
    await dialog.locator('.more > summary').click()
    await dialog.getByLabel('Name').fill('two words')
    await dialog.getByRole('button', { name: 'Create' }).click()
    await dialog.locator('.problem').waitFor()
    expect(await page.evaluate<string[]>(FAINT)).toEqual([])
    await close()
  },
)

test.each(['light', 'dark'] as const)(
  '%s: a disabled button does not change under the pointer, and stays readable',
  async (colorScheme) => {
    const { page, close } = await openConsole(browser, local.url, { colorScheme })
    await page.evaluate(`document.documentElement.style.setProperty('--quick', '0s')`) // no colours in between
    for (const kind of ['', 'primary', 'danger', 'quiet', 'quiet icon-only']) {
      for (const attribute of ['disabled', 'aria-disabled="true"']) {
        await page.evaluate(`{
          document.querySelector('#probe')?.remove()
          document.body.insertAdjacentHTML('afterbegin', '<button id="probe" class="button ${kind}" ${attribute}>Go</button>')
        }`)
        const look = () =>
          page.evaluate<string>(
            `(({ color, backgroundColor, borderColor }) => [color, backgroundColor, borderColor].join())(getComputedStyle(probe))`,
          )
        await page.mouse.move(600, 600)
        const apart = await look()
        await page.hover('#probe', { force: true })
        expect(await look(), `${kind} ${attribute}`).toBe(apart)
        await page.mouse.down()
        expect(await look(), `${kind} ${attribute}, pressed`).toBe(apart)
        await page.mouse.up()
        if (kind.startsWith('quiet')) continue // faint on purpose
        expect(await page.evaluate<number>(`${CONTRAST}(probe)`), `${kind} ${attribute}`).toBeGreaterThanOrEqual(4.5)
      }
    }
    await close()
  },
)

/** A function that returns the contrast of a text with its background, as defined by WCAG 2.2, 1.4.3. */
const CONTRAST = `((element) => {
  const paint = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  const rgba = (color) => {
    paint.clearRect(0, 0, 1, 1)
    paint.fillStyle = color
    paint.fillRect(0, 0, 1, 1)
    return [...paint.getImageData(0, 0, 1, 1).data]
  }
  const luminance = ([r, g, b]) =>
    [r, g, b]
      .map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
      .reduce((sum, value, at) => sum + value * [0.2126, 0.7152, 0.0722][at], 0)
  const behind = () => {
    for (let one = element; one; one = one.parentElement) {
      const color = rgba(getComputedStyle(one).backgroundColor)
      if (color[3] === 255) return color
    }
    return rgba(getComputedStyle(document.documentElement).backgroundColor)
  }
  const colors = [rgba(getComputedStyle(element).color), behind()]
  const [light, dark] = colors.map(luminance).sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
})`

/** Texts with less contrast than 4.5:1. Disabled controls are exempt. */
const FAINT = `[...document.querySelectorAll('body *')]
  .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()))
  .filter((one) => one.checkVisibility() && !one.closest('[aria-disabled=true], :disabled'))
  .map((one) => [one.textContent, ${CONTRAST}(one)])
  .filter(([, contrast]) => contrast < 4.5)
  .map(([text, contrast]) => text + ' ' + contrast.toFixed(2))`
