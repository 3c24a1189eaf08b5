export type Route =
  | { page: 'list' }
  /** @param token  from a link, which opens the desktop at once; without it the console asks for one */
  | { page: 'desktop'; sandboxId: string; token?: string }

/** What the fragment of the address asks for: `#/`, `#/desktop/<id>`, or `#token=<token>` of a link to one desktop. */
export function routeOf(hash: string): Route {
  const [, sandboxId] = /^#\/desktop\/(i-[\w-]+)$/.exec(hash) ?? []
  if (sandboxId) return { page: 'desktop', sandboxId }
  // A token begins with the id of its sandbox.
  const [, token, idOfToken] = /^#token=((i-[\w-]+)\.[\w-]+)$/.exec(hash) ?? []
  if (token && idOfToken) return { page: 'desktop', sandboxId: idOfToken, token }
  return { page: 'list' }
}

export const LIST = '#/'

export const desktopHash = (sandboxId: string) => `#/desktop/${sandboxId}`
