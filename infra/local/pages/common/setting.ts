import { useEffect, useState } from 'preact/hooks'

/** A choice of the user. The browser stores it for all tabs of this origin. */
type Setting<T extends string> = {
  get(): T
  set(value: T): void
  /** Calls the listener after each change. Returns a function that removes the listener. */
  subscribe(listener: () => void): () => void
}

/** @param initial  the value until one is chosen, and if the stored one is not among the choices */
export function createSetting<T extends string>(name: string, choices: readonly T[], initial: T): Setting<T> {
  const key = `ecs-manager.${name}`
  const listeners = new Set<() => void>()
  const read = () => choices.find((choice) => choice === readStored(key)) ?? initial
  let value = read()
  const change = (next: T) => {
    if (next === value) return
    value = next
    for (const listener of listeners) listener()
  }
  addEventListener('storage', (event) => {
    if (event.key === key) change(read())
  })
  return {
    get: () => value,
    set(next) {
      store(key, next)
      change(next)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** Returns the value, and renders the component again when it changes. */
export function useSetting<T extends string>(setting: Setting<T>): T {
  const [value, setValue] = useState(setting.get)
  useEffect(() => {
    setValue(setting.get) // it may have changed before this effect
    return setting.subscribe(() => setValue(setting.get))
  }, [setting])
  return value
}

// If the browser forbids storage, a choice lasts as long as the page.
function readStored(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

function store(key: string, value: string): void {
  try {
    localStorage.setItem(key, value)
  } catch {}
}
