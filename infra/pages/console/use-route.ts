import { useEffect, useState } from 'preact/hooks'
import { desktopHash, type Route, routeOf } from './routes.ts'

/** Where the page is, as its address says. A token is taken out of the address: it is for once and private. */
export function useRoute(): Route {
  const [route, setRoute] = useState(read)
  useEffect(() => {
    const follow = () => setRoute(read)
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [])
  return route
}

function read(): Route {
  const route = routeOf(location.hash)
  if (route.page === 'desktop' && route.token) history.replaceState(history.state, '', desktopHash(route.sandboxId))
  return route
}
