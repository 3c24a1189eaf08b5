import type { LoggedCall } from './call-log.ts'
import { isLocalOrigin } from './local-origin.ts'
import { masked } from './masked.ts'
import type { Answer, HttpRequest } from './wire.ts'

export const controlPath = '/_emulator/'

/** What can be scripted from outside, the same for every emulated service. */
export interface Controlled {
  faults: {
    list: () => readonly object[]
    /** Throws a TypeError that says what is wrong with a fault. */
    addUnchecked: (faults: readonly unknown[]) => readonly object[]
    remove: (id: string) => boolean
    clear: () => void
  }
  calls: readonly LoggedCall[]
  /** Named lists of resources to look at, e.g. instances. */
  resources: Readonly<Record<string, () => readonly object[]>>
  advance: (seconds: number) => void
  reset: () => void
}

/**
 * Answers the emulator's own routes, which are no part of the cloud:
 *
 * - `GET /_emulator/faults` the faults in force; `POST` one fault or an array of them; `DELETE` all, or `?Id=<id>` one
 * - `POST /_emulator/clock` `{"AdvanceSeconds":n}`
 * - `GET /_emulator/calls` every signed call since the start or reset, secrets as `***`
 * - `GET /_emulator/<resources>` a look inside, e.g. `/_emulator/instances`; secrets as `***`
 * - `POST /_emulator/reset`
 *
 * A web page must not be able to use them: a POST has to be application/json, which a browser does not send to another
 * origin unasked; there are no CORS headers; and the Host has to be a name of this machine.
 */
export function createControl(controlled: Controlled): (request: HttpRequest) => Answer {
  return function answerControl(request) {
    try {
      return json(200, route(controlled, request))
    } catch (error) {
      if (error instanceof Refusal) return json(error.status, { Error: error.message })
      if (error instanceof TypeError || error instanceof RangeError) return json(400, { Error: error.message })
      throw error
    }
  }
}

class Refusal extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

function route(controlled: Controlled, request: HttpRequest): object {
  const { method, path } = request
  const { faults, calls, resources } = controlled
  if (!isLocalOrigin(`http://${request.headers.host}`)) {
    throw new Refusal(403, 'the Host header is not 127.0.0.1 or localhost')
  }
  const name = path.slice(controlPath.length)
  const look = Object.hasOwn(resources, name) ? resources[name] : undefined
  switch (`${method} ${look ? '<resources>' : name}`) {
    case 'GET <resources>':
      return { [capital(name)]: masked(look?.() ?? []) }
    case 'GET faults':
      return { Faults: faults.list() }
    case 'POST faults': {
      const body = readJson(request)
      return { Faults: faults.addUnchecked(Array.isArray(body) ? body : [body]) }
    }
    case 'DELETE faults':
      removeFaults(faults, request.query)
      return { Faults: faults.list() }
    case 'POST clock':
      controlled.advance(readSeconds(readJson(request)))
      return {}
    case 'GET calls':
      return { Calls: masked(calls) }
    case 'POST reset':
      readJson(request)
      controlled.reset()
      return {}
    default:
      throw new Refusal(
        404,
        `no ${method} ${path} here; there are faults, clock, calls, reset, ${Object.keys(resources)}`,
      )
  }
}

function removeFaults(faults: Controlled['faults'], query: string): void {
  const id = new URLSearchParams(query).get('Id')
  if (id === null) faults.clear()
  else if (!faults.remove(id)) throw new Refusal(404, `there is no fault ${id}`)
}

function readSeconds(body: unknown): number {
  const { AdvanceSeconds } = (body ?? {}) as { AdvanceSeconds?: unknown }
  if (typeof AdvanceSeconds !== 'number') throw new Refusal(400, 'the clock needs {"AdvanceSeconds":<seconds>}')
  return AdvanceSeconds
}

/** The body of a POST; nothing counts as `{}`. */
function readJson({ headers, body }: HttpRequest): unknown {
  if (!/^application\/json\b/i.test(headers['content-type'] ?? '')) {
    throw new Refusal(415, 'a POST needs the header Content-Type: application/json')
  }
  if (body.length === 0) return {}
  try {
    return JSON.parse(body.toString())
  } catch {
    throw new Refusal(400, 'the body is not JSON')
  }
}

function json(status: number, body: object): Answer {
  return { status, contentType: 'application/json; charset=utf-8', body: `${JSON.stringify(body)}\n` }
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}
