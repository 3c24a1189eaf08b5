const STORAGE_KEY = 'ecs-manager.key'

let key = readStored()

/** The API key that every call carries, if there is one. It lasts as long as the tab and is never part of a URL. */
export const apiKey = {
  get: (): string | undefined => key,
  set(value: string | undefined): void {
    key = value
    try {
      if (value) sessionStorage.setItem(STORAGE_KEY, value)
      else sessionStorage.removeItem(STORAGE_KEY)
    } catch {} // the browser forbids storage: the key lasts as long as the page
  },
}

function readStored(): string | undefined {
  try {
    return sessionStorage.getItem(STORAGE_KEY) ?? undefined
  } catch {
    return undefined
  }
}
