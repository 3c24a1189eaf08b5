import type { RequestHead } from '../../emulator/apig/proxy/match.ts'
import type { Site } from '../../emulator/apig/proxy/site.ts'
import { type BridgeOptions, createBridge } from './bridge.ts'
import { createPages, type PagesOptions } from './pages.ts'

type LocalSite = Site & {
  /** Closes every desktop connection at once. */
  close(): void
}

/** The default path of websockify. */
const BRIDGE_PATH = '/websockify'

// Somebody who clicks the address that npm start prints does not want to call an action.
const toConsole = Promise.resolve({ status: 302, headers: { Location: '/console' }, body: Buffer.alloc(0) })

const wantsPage = (headers: RequestHead['headers']) =>
  headers.some(([name, value]) => name.toLowerCase() === 'accept' && value.includes('text/html'))

/**
 * What the gateway of `npm start` serves in addition to the actions, unlike a deployed one: the console, the description of
 * the API, and the bridge from a browser to a desktop.
 */
export function createSite(options: PagesOptions & BridgeOptions): LocalSite {
  const pages = createPages(options)
  const bridge = createBridge(options)
  return {
    answer: ({ method, path, query, headers }) => {
      if (!/^(GET|HEAD)$/.test(method)) return undefined
      return path === '/' && !query && wantsPage(headers) ? toConsole : pages.answer(path)
    },
    webSocket: { path: BRIDGE_PATH, open: bridge.open },
    close: bridge.close,
  }
}
