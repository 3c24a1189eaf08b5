export type ConsoleRoute =
  | { page: 'list' }
  | { page: 'connect' }
  /** @param token  from a link that opens the desktop directly; otherwise the console requests a token */
  | { page: 'desktop'; sandboxId: string; token?: string }

/**
 * Parses the fragment of the URL: `#/`, `#/connect`, `#/desktop/<id>`, or `#token=<token>`, which is a link to one desktop. The id may
 * be one that no sandbox has: the page says so.
 */
export function parseRoute(hash: string): ConsoleRoute {
  if (hash === CONNECT_HASH) return { page: 'connect' }
  const [, sandboxId] = /^#\/desktop\/([\w-]+)$/.exec(hash) ?? []
  if (sandboxId) return { page: 'desktop', sandboxId }
  // A token starts with the id of its sandbox.
  const [, token, tokenSandboxId] = /^#token=((i-[\w-]+)\.[\w-]+)$/.exec(hash) ?? []
  if (token && tokenSandboxId) return { page: 'desktop', sandboxId: tokenSandboxId, token }
  return { page: 'list' }
}

export const LIST_HASH = '#/'

export const CONNECT_HASH = '#/connect'

export const desktopHash = (sandboxId: string) => `#/desktop/${sandboxId}`
