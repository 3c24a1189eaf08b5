import { isLocalOrigin } from '../emulator/openapi/local-origin.ts'

/** A refusal in the words of the gateway. */
type Refusal = { status: number; code: string; message: string }

/**
 * The local cloud needs no key, and one GET makes a machine. So a web page open in a browser on this computer must not
 * be able to send that GET: not under a name of its own that it points at 127.0.0.1 (DNS rebinding: the Host header
 * gives it away), and not from a foreign site (the browser says so in Origin or Sec-Fetch-Site).
 */
export function refuseWebPages({ headers }: { headers: [name: string, value: string][] }): Refusal | undefined {
  const header = (wanted: string) => headers.find(([name]) => name.toLowerCase() === wanted)?.[1]
  if (!isLocalOrigin(`http://${header('host')}`)) {
    return denied('Host', 'Only 127.0.0.1, localhost and [::1] are served as Host.')
  }
  const origin = header('origin')
  const isForeign = origin === undefined ? header('sec-fetch-site') === 'cross-site' : !isLocalOrigin(origin)
  return isForeign ? denied('Origin', 'Web pages of other sites are not served.') : undefined
}

function denied(name: string, message: string): Refusal {
  return { status: 403, code: `OperationDenied.${name}`, message: `${message} This is the local cloud of npm start.` }
}
