import { useEffect, useState } from 'preact/hooks'
import { type ConsoleRoute, desktopHash, parseRoute } from './routes.ts'

/** Returns the route in the URL. Removes a token from the URL, because it is secret and can be used only once. */
export function useConsoleRoute(): ConsoleRoute {
  const [route, setRoute] = useState(readRoute)
  useEffect(() => {
    const update = () => setRoute(readRoute)
    addEventListener('hashchange', update)
    return () => removeEventListener('hashchange', update)
  }, [])
  return route
}

function readRoute(): ConsoleRoute {
  const route = parseRoute(location.hash)
  if (route.page === 'desktop' && route.token) history.replaceState(history.state, '', desktopHash(route.sandboxId))
  return route
}
