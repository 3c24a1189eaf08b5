import { LocalError } from './error.ts'
import { type Announcement, commandsPath, type Owner, ownerPath, printable } from './local-api.ts'
import { type LocalRun, readRun } from './run-file.ts'

/** The variable with the address of the emulated cloud, for the stage `local`. */
export const CLOUD_URL_VARIABLE = 'ECS_MANAGER_LOCAL_CLOUD'

/** `http://127.0.0.1:<port>` */
export function cloudUrl(env: NodeJS.ProcessEnv): string {
  return (env[CLOUD_URL_VARIABLE] || 'http://127.0.0.1:18103').replace(/\/$/, '')
}

/** Generous, for a busy computer. */
const TIMEOUT_MS = 15_000

/**
 * The owner of the emulated cloud at `url`; undefined if it was not started by `npm start` but by `npm run emulator`.
 * @throws {LocalError} if there is no emulated cloud
 */
export async function fetchOwner(url: string): Promise<Owner | undefined> {
  const response = await request(url, ownerPath)
  if (response.status === 404) return undefined
  try {
    const { Project, Run } = JSON.parse(await response.text())
    if (!response.ok || typeof Project !== 'string' || typeof Run !== 'string') throw new TypeError()
    return { Project: printable(Project), Run }
  } catch (cause) {
    throw new LocalError(`The service at ${url} is not a local cloud. ${ADVICE}`, { cause })
  }
}

/** Reads the run of the owner. @throws {LocalError} if it cannot be read */
export function readRunOf({ Project, Run }: Owner, url: string): LocalRun {
  try {
    return readRun(Run)
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? (cause as Error).name
    throw new LocalError(
      `The local cloud at ${url} belongs to ${Project}, but its settings cannot be read (${Run}: ${reason}): another user or container has started it, or its temporary files are gone. Deploy as that user, restart it, or deploy into your own local cloud. ${ADVICE}`,
      { cause },
    )
  }
}

/** Announces a command, which the terminal of the local cloud shows. */
export async function announce(url: string, announcement: Announcement): Promise<void> {
  await request(url, commandsPath, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(announcement),
  })
}

const ADVICE = `Start one with npm start or npm run emulator. If its port is not 18103, set ${CLOUD_URL_VARIABLE}=http://127.0.0.1:<port>`

async function request(url: string, path: string, init: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(url + path, { ...init, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) })
  } catch (cause) {
    throw new LocalError(`There is no local cloud at ${url}. ${ADVICE}`, { cause })
  }
}
