import { invalidArgument } from './error.ts'

export interface ConnectionOptions {
  /** Address of the service. Default: ECS_MANAGER_URL, or that of `npm start`, http://127.0.0.1:8102. */
  url?: string | undefined
  /** The key of the caller. Default: ECS_MANAGER_KEY; without it, calls have no key. */
  key?: string | undefined
}

/** Where calls go, and who sends them. */
export interface Connection {
  /** Without a slash at its end. */
  url: string
  key: string | undefined
}

export const DEFAULT_URL = 'http://127.0.0.1:8102'

/** Reads the environment of Node. A browser has none. */
const variable = (name: string): string | undefined => globalThis.process?.env?.[name] || undefined

/** @throws {EcsManagerError} `InvalidArgument`. Its message never contains the key. */
export function readConnection({ url, key }: ConnectionOptions = {}): Connection {
  return {
    url: checkUrl(url ?? variable('ECS_MANAGER_URL') ?? DEFAULT_URL),
    key: checkKey(key ?? variable('ECS_MANAGER_KEY')),
  }
}

function checkUrl(text: string): string {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw invalidArgument(`The URL must be like https://gateway.example.com.`)
  }
  if (!/^https?:$/.test(url.protocol)) throw invalidArgument('The URL must begin with https:// or http://.')
  if (url.username || url.password)
    throw invalidArgument('The URL must have no user and no password: pass the key separately.')
  if (url.search || url.hash)
    throw invalidArgument('The URL must have no ? and no #: it is only the address of the gateway.')
  return url.href.replace(/\/+$/, '')
}

function checkKey(key: string | undefined): string | undefined {
  if (!key) return undefined
  // fetch would quote the key in its error.
  if (!/^[\x21-\x7e]+$/.test(key))
    throw invalidArgument('The key must have no spaces, line breaks or characters beyond ASCII.')
  return key
}
