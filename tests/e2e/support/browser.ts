import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { findProgram } from '../../../infra/emulator/machines/packages.ts'

const ARTIFACTS = join(import.meta.dirname, '../artifacts')

/** Starts a headless Chromium of Debian, which calls nobody by itself. Scroll bars are hidden unless asked for. */
export function launchBrowser({ hasScrollBars = false } = {}): Promise<Browser> {
  return chromium.launch({
    executablePath: findProgram('chromium') ?? 'chromium',
    // Root has no sandbox of Chromium to be in: continuous integration often runs as root.
    chromiumSandbox: process.getuid?.() !== 0,
    ignoreDefaultArgs: hasScrollBars ? ['--hide-scrollbars'] : [],
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/** Keeps what the page looks like as `tests/e2e/artifacts/<name>.png`, for people to look at. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  mkdirSync(ARTIFACTS, { recursive: true })
  await page.screenshot({ path: join(ARTIFACTS, `${name}.png`) })
}
