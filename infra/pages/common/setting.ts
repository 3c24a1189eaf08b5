import { useEffect, useState } from 'preact/hooks'

/** A choice that the browser keeps, in all tabs of this origin. */
type Setting<T extends string> = {
  get(): T
  set(value: T): void
  /** Calls the listener after each change; what it gives back ends that. */
  subscribe(listener: () => void): () => void
}

/** @param initial  what holds until something is chosen, or when what is kept is none of the choices */
export function createSetting<T extends string>(name: string, choices: readonly T[], initial: T): Setting<T> {
  const key = `ecs-manager.${name}`
  const listeners = new Set<() => void>()
  const read = () => choices.find((choice) => choice === kept(key)) ?? initial
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
      keep(key, next)
      change(next)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** Draws a component again when the setting changes. */
export function useSetting<T extends string>(setting: Setting<T>): T {
  const [value, show] = useState(setting.get)
  useEffect(() => {
    show(setting.get) // it may have changed before this effect
    return setting.subscribe(() => show(setting.get))
  }, [setting])
  return value
}

// A browser may forbid storage; then a choice lasts as long as the page.
function kept(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value)
  } catch {}
}
