import { useEffect, useState } from 'preact/hooks'

/** An operation and a section of it: `#<operation>`, `#<operation>.<section>`. An empty name is the overview. */
export type DocsRoute = { name: string; section: string }

export function readRoute(hash: string): DocsRoute {
  const [name = '', section = ''] = hash.replace(/^#/, '').split('.')
  return name === OVERVIEW ? { name: '', section } : { name, section }
}

/** Returns the link to an operation, or to a section of it. */
export const linkTo = (name: string, section = '') => `#${[name || OVERVIEW, section].filter(Boolean).join('.')}`

const OVERVIEW = 'overview'

export function useDocsRoute(): DocsRoute {
  const [route, setRoute] = useState(() => readRoute(location.hash))
  useEffect(() => {
    const change = () => setRoute(readRoute(location.hash))
    addEventListener('hashchange', change)
    return () => removeEventListener('hashchange', change)
  }, [])
  return route
}
