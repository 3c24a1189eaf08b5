import { realpathSync } from 'node:fs'
import type { EmulatedService } from '../emulator/gateway/endpoint.ts'
import { isLocalOrigin } from '../emulator/gateway/local-origin.ts'
import type { WireRequest, WireResponse } from '../emulator/gateway/wire.ts'

/** The owner of the cloud of `npm start`. */
export type Owner = {
  /** The project folder. */
  Project: string
  /** The file of its LocalRun, which only the same user can read; empty before it exists. */
  Run: string
}

/** A deployment command that is about to change something. */
export type Announcement = {
  /** E.g. `deploy function`. */
  Command: string
  /** The project folder of the deployment. */
  Project: string
}

export const ownerPath = '/_emulator/local/owner'
export const commandsPath = '/_emulator/local/commands'

export type LocalApiOptions = {
  project: string
  /** The file of the LocalRun. */
  runFile: () => string
  /** Gets a line for each announced command. */
  onCommand: (line: string) => void
}

/**
 * The API of `npm start` beside the control APIs of the emulated services: `GET /_emulator/local/owner` and
 * `POST /_emulator/local/commands`. It returns no secrets, because every user of this computer can call it.
 */
export function createLocalApi({ project, runFile, onCommand }: LocalApiOptions): EmulatedService {
  const ownProject = realpathSync(project)
  return {
    name: 'local',
    answerCall: () => json(404, { Error: 'no such service' }),
    answerControl: (request) => {
      if (!isLocalOrigin(`http://${request.headers.host}`)) {
        return json(403, { Error: 'the Host header is not 127.0.0.1 or localhost' })
      }
      switch (`${request.method} ${request.path}`) {
        case 'GET /_emulator/owner':
          return json(200, { Project: ownProject, Run: runFile() } satisfies Owner)
        case 'POST /_emulator/commands': {
          const announcement = parseAnnouncement(request)
          if (announcement === undefined) return json(400, { Error: 'the body must be JSON with Command and Project' })
          const { Command, Project } = announcement
          onCommand(`serverless ${Command}, from ${Project === ownProject ? 'this project' : Project}`)
          return json(200, {})
        }
        default:
          return json(404, {
            Error: `no ${request.method} at this path; the API is GET ${ownerPath} and POST ${commandsPath}`,
          })
      }
    },
  }
}

/** Requires this Content-Type, because browsers do not let pages of other origins send it without asking the server. */
function parseAnnouncement({ headers, body }: WireRequest): Announcement | undefined {
  if (!/^application\/json\b/i.test(headers['content-type'] ?? '')) return undefined
  try {
    const { Command, Project } = JSON.parse(body.toString())
    if (typeof Command !== 'string' || typeof Project !== 'string') return undefined
    return { Command: printable(Command), Project: printable(Project) }
  } catch {
    return undefined
  }
}

/** Replaces the control characters of a text, which a terminal would interpret. */
export function printable(text: string): string {
  return text.replace(/\p{C}/gu, '?').slice(0, 300)
}

function json(status: number, body: object): WireResponse {
  return { status, contentType: 'application/json; charset=utf-8', body: `${JSON.stringify(body)}\n` }
}
