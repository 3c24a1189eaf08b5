import type { LoggedCall } from './call-log.ts'
import type { EmulatedService } from './endpoint.ts'
import { isLocalOrigin } from './local-origin.ts'
import { maskSecrets } from './mask-secrets.ts'
import type { WireRequest, WireResponse } from './wire.ts'

export const controlPath = '/_emulator/'

/** The parts of an emulated service that its control reads and changes. */
export interface ControlledService {
  faults: {
    list: () => readonly object[]
    /** Throws a TypeError that names the wrong fields. */
    addUnchecked: (faults: readonly unknown[]) => readonly object[]
    remove: (id: string) => boolean
    clear: () => void
  }
  calls: readonly LoggedCall[]
  /** The resources of the service, e.g. instances, as lists by name. */
  resources: Readonly<Record<string, () => readonly object[]>>
  /** Undefined: the service has no settings. */
  settings?: Settings | undefined
  advance: (seconds: number) => void
  reset: () => void
}

/** Settings of a service that can change while it runs. */
interface Settings {
  read: () => object
  /** Changes the given ones. Throws a TypeError that names the wrong one. */
  change: (changes: unknown) => void
}

/**
 * Answers the emulator's own routes, which the cloud does not have:
 *
 * - `GET /_emulator/faults` returns the faults in force. `POST` adds one fault or an array of them. `DELETE` removes
 *   all faults, or with `?Id=<id>` one.
 * - `GET /_emulator/settings` returns the settings of the service, if it has any. `POST` changes some of them.
 * - `POST /_emulator/clock` with `{"AdvanceSeconds":n}` advances the clock.
 * - `GET /_emulator/calls` returns every signed call since the start or the last reset, secrets as `***`.
 * - `GET /_emulator/<resources>`, e.g. `/_emulator/instances`, returns resources with their internal state, secrets as
 *   `***`.
 * - `POST /_emulator/reset` resets everything.
 *
 * A web page cannot use them: a POST must be application/json, which a browser does not send to another origin without
 * asking it first; there are no CORS headers; and the Host must be a name of this computer.
 */
export function createControl(service: ControlledService): EmulatedService['answerControl'] {
  return function answerControl(request, sentPath) {
    try {
      return json(200, route(service, request, sentPath))
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

function route(service: ControlledService, request: WireRequest, sentPath: string): object {
  const { method, path } = request
  const { faults, calls, resources, settings } = service
  if (!isLocalOrigin(`http://${request.headers.host}`)) {
    throw new Refusal(403, 'the Host header is not 127.0.0.1 or localhost')
  }
  const name = path.slice(controlPath.length)
  const list = Object.hasOwn(resources, name) ? resources[name] : undefined
  if (list && method === 'GET') return { [capitalize(name)]: maskSecrets(list()) }
  if (settings && name === 'settings' && method === 'GET') return { Settings: settings.read() }
  if (settings && name === 'settings' && method === 'POST') {
    settings.change(readJson(request))
    return { Settings: settings.read() }
  }
  switch (`${method} ${name}`) {
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
      service.advance(readSeconds(readJson(request)))
      return {}
    case 'GET calls':
      return { Calls: maskSecrets(calls) }
    case 'POST reset':
      readJson(request)
      service.reset()
      return {}
    default: {
      const names = ['faults', 'clock', 'calls', 'reset', ...Object.keys(resources), ...(settings ? ['settings'] : [])]
      throw new Refusal(404, `no route ${method} ${sentPath}; there are ${names.join(', ')}`)
    }
  }
}

function removeFaults(faults: ControlledService['faults'], query: string): void {
  const id = new URLSearchParams(query).get('Id')
  if (id === null) faults.clear()
  else if (!faults.remove(id)) throw new Refusal(404, `no fault has the id ${id}`)
}

function readSeconds(body: unknown): number {
  const { AdvanceSeconds } = (body ?? {}) as { AdvanceSeconds?: unknown }
  if (typeof AdvanceSeconds !== 'number') throw new Refusal(400, 'the clock needs {"AdvanceSeconds":<seconds>}')
  return AdvanceSeconds
}

/** The body of a POST. An empty body is `{}`. */
function readJson({ headers, body }: WireRequest): unknown {
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

function json(status: number, body: object): WireResponse {
  return { status, contentType: 'application/json; charset=utf-8', body: `${JSON.stringify(body)}\n` }
}

function capitalize(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}
