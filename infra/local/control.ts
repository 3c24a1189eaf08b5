import { realpathSync } from 'node:fs'
import type { EmulatedService } from '../emulator/openapi/endpoint.ts'
import { isLocalOrigin } from '../emulator/openapi/local-origin.ts'
import type { WireRequest, WireResponse } from '../emulator/openapi/wire.ts'

/** What the cloud of `npm start` tells of itself: whose it is, and where the rest stands, for the same user to read. */
export type Owner = {
  /** The project folder. */
  Project: string
  /** The file of its LocalRun; empty before there is one. */
  Run: string
}

/** A command of a deployer that is about to change something. */
export type Announcement = {
  /** E.g. `deploy function`. */
  Command: string
  /** The project folder that it deploys from. */
  Project: string
}

export const ownerPath = '/_emulator/local/owner'
export const commandsPath = '/_emulator/local/commands'

export type ControlOptions = {
  project: string
  /** The file of the LocalRun. */
  runFile: () => string
  /** Gets a line about each command that is announced. */
  onCommand: (line: string) => void
}

/**
 * What `npm start` has beside the control of the emulated services: `GET /_emulator/local/owner`, and
 * `POST /_emulator/local/commands`. It tells no secret, because whoever is on this computer can ask.
 */
export function createControl({ project, runFile, onCommand }: ControlOptions): EmulatedService {
  const own = realpathSync(project)
  return {
    name: 'local',
    answerCall: () => json(404, { Error: 'there is no such service' }),
    answerControl: (request) => {
      if (!isLocalOrigin(`http://${request.headers.host}`)) {
        return json(403, { Error: 'the Host header is not 127.0.0.1 or localhost' })
      }
      switch (`${request.method} ${request.path}`) {
        case 'GET /_emulator/owner':
          return json(200, { Project: own, Run: runFile() } satisfies Owner)
        case 'POST /_emulator/commands': {
          const announced = announcementIn(request)
          if (announced === undefined) return json(400, { Error: 'it takes JSON with Command and Project' })
          const { Command, Project } = announced
          onCommand(`serverless ${Command}, from ${Project === own ? 'this project' : Project}`)
          return json(200, {})
        }
        default:
          return json(404, { Error: `no ${request.method} here; there are GET ${ownerPath}, POST ${commandsPath}` })
      }
    },
  }
}

/** A web page cannot send it unasked: the Content-Type is not one that a browser sends to another origin. */
function announcementIn({ headers, body }: WireRequest): Announcement | undefined {
  if (!/^application\/json\b/i.test(headers['content-type'] ?? '')) return undefined
  try {
    const { Command, Project } = JSON.parse(body.toString())
    if (typeof Command !== 'string' || typeof Project !== 'string') return undefined
    return { Command: printable(Command), Project: printable(Project) }
  } catch {
    return undefined
  }
}

/** Nothing that a terminal would obey. */
export function printable(text: string): string {
  return text.replace(/\p{C}/gu, '?').slice(0, 300)
}

function json(status: number, body: object): WireResponse {
  return { status, contentType: 'application/json; charset=utf-8', body: `${JSON.stringify(body)}\n` }
}
