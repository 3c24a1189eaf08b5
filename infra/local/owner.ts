import { type Announcement, commandsPath, type Owner, ownerPath, printable } from './control.ts'
import { LocalError } from './error.ts'
import { type LocalRun, readRun } from './run.ts'

/** Where the emulated cloud is, for everything in the stage `local`. */
export const CLOUD_URL = 'ECS_MANAGER_LOCAL_CLOUD'

/** `http://127.0.0.1:<port>` */
export function cloudUrl(env: NodeJS.ProcessEnv): string {
  return (env[CLOUD_URL] || 'http://127.0.0.1:18103').replace(/\/$/, '')
}

/** A busy computer takes its time. */
const PATIENCE_MS = 15_000

/**
 * Whose the emulated cloud at `url` is; undefined for one that no `npm start` has started (`npm run emulator`). Throws
 * LocalError when there is none.
 */
export async function ownerOf(url: string): Promise<Owner | undefined> {
  const response = await asked(url, ownerPath)
  if (response.status === 404) return undefined
  try {
    const { Project, Run } = JSON.parse(await response.text())
    if (!response.ok || typeof Project !== 'string' || typeof Run !== 'string') throw new TypeError()
    return { Project: printable(Project), Run }
  } catch (cause) {
    throw new LocalError(`What listens at ${url} is no local cloud. ${ADVICE}`, { cause })
  }
}

/** What it says of its run. Throws LocalError where that cannot be read. */
export function runOf(url: string, { Project, Run }: Owner): LocalRun {
  try {
    return readRun(Run)
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? (cause as Error).name
    throw new LocalError(
      `The local cloud at ${url} belongs to ${Project}, and how it was started cannot be read (${Run}: ${reason}): another user or container has started it, or its temporary files are gone. Deploy as that user, start it again, or deploy into a cloud of your own. ${ADVICE}`,
      { cause },
    )
  }
}

/** Tells it what a command is about to do, for its terminal. */
export async function announce(url: string, announcement: Announcement): Promise<void> {
  await asked(url, commandsPath, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(announcement),
  })
}

const ADVICE = `npm start, or npm run emulator, starts one; where it has another port than 18103, set ${CLOUD_URL}=http://127.0.0.1:<port>`

async function asked(url: string, path: string, init: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(url + path, { ...init, redirect: 'error', signal: AbortSignal.timeout(PATIENCE_MS) })
  } catch (cause) {
    throw new LocalError(`There is no local cloud at ${url}. ${ADVICE}`, { cause })
  }
}
