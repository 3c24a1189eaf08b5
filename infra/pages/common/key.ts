const NAME = 'ecs-manager.key'

let key = kept()

/** The key that every call carries, where the service wants one; kept as long as the tab, and never in an address. */
export const callerKey = {
  get: (): string | undefined => key,
  set(value: string | undefined): void {
    key = value
    try {
      if (value) sessionStorage.setItem(NAME, value)
      else sessionStorage.removeItem(NAME)
    } catch {} // storage is forbidden: it lasts as long as the page
  },
}

function kept(): string | undefined {
  try {
    return sessionStorage.getItem(NAME) ?? undefined
  } catch {
    return undefined
  }
}
