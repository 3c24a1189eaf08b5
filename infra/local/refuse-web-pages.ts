import { isLocalOrigin } from '../emulator/gateway/local-origin.ts'

/** A refusal in the format of the gateway. */
type Refusal = { status: number; code: string; message: string }

/**
 * Refuses requests of foreign web pages. The local cloud needs no key, and one GET creates a machine, so a page that is open
 * in a browser on this computer must not be able to send it: neither with a host name that resolves to 127.0.0.1
 * (DNS rebinding, visible in the Host header), nor from another site (visible in Origin or Sec-Fetch-Site).
 */
export function refuseWebPages({ headers }: { headers: [name: string, value: string][] }): Refusal | undefined {
  const header = (wanted: string) => headers.find(([name]) => name.toLowerCase() === wanted)?.[1]
  if (!isLocalOrigin(`http://${header('host')}`)) {
    return denied('Host', 'The Host must be 127.0.0.1, localhost or [::1].')
  }
  const origin = header('origin')
  const isForeign = origin === undefined ? header('sec-fetch-site') === 'cross-site' : !isLocalOrigin(origin)
  return isForeign ? denied('Origin', 'Requests from web pages of other sites are refused.') : undefined
}

function denied(name: string, message: string): Refusal {
  return { status: 403, code: `OperationDenied.${name}`, message: `${message} This is the local cloud of npm start.` }
}
