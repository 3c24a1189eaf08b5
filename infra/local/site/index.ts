import type { Site } from '../../emulator/apig/proxy/site.ts'
import { type BridgeOptions, createBridge } from './bridge.ts'
import { createPages, type PagesOptions } from './pages.ts'

type LocalSite = Site & {
  /** Ends every desktop connection at once. */
  close(): void
}

/** Where desktops are reached, as websockify has it by default. */
const BRIDGE_PATH = '/websockify'

/**
 * What the gateway of `npm start` serves beside the actions, and no deployed one does: the console, the description of the
 * API, and the way from a browser to a desktop.
 */
export function createSite(options: PagesOptions & BridgeOptions): LocalSite {
  const pages = createPages(options)
  const bridge = createBridge(options)
  return {
    answer: ({ method, path }) => (/^(GET|HEAD)$/.test(method) ? pages.answer(path) : undefined),
    webSocket: { path: BRIDGE_PATH, open: bridge.open },
    close: bridge.close,
  }
}
