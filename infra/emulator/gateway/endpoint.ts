import { controlPath } from './control.ts'
import { isLocalOrigin } from './local-origin.ts'
import { notNegative } from './numbers.ts'
import { listen, type WireRequest, type WireResponse } from './wire.ts'

/** An emulated service, independent of the address that serves it. */
export interface EmulatedService {
  /** Its name in signatures: ecs, vefaas, apig. */
  name: string
  /** Answers a signed call. */
  answerCall: (request: WireRequest) => WireResponse
  /** Answers a request to /_emulator/. Its path lacks the name of the service, which is in `sentPath`. */
  answerControl: (request: WireRequest, sentPath: string) => WireResponse
  /** Answers a request to another path of the service, e.g. an upload address. Undefined: not a path of the service. */
  answerPath?: (request: WireRequest) => WireResponse | undefined
  /** The largest body that it accepts. The endpoint accepts the largest of its services, and at least 1 MiB. */
  maxBodyBytes?: number
}

/** The options of the address of one or several services. */
export interface AddressOptions {
  /** The port on 127.0.0.1. 0, the default, takes a free one. */
  port?: number
  /** The delay of every response to a signed call, default 0. */
  latencyMs?: number
}

export interface EndpointOptions extends AddressOptions {
  /** The first one answers calls that name no known service, and `/_emulator/` without a name. */
  services: readonly [EmulatedService, ...EmulatedService[]]
}

export interface Endpoint {
  /** `http://127.0.0.1:<port>` */
  url: string
  port: number
  /** Stops at once, and closes open connections. */
  close: () => Promise<void>
}

/**
 * Serves several services at one address, as open.volcengineapi.com does: the signature names the service. The control
 * of each is at `/_emulator/<service>/`, that of the first also at `/_emulator/`. Rejects with a
 * RangeError for an invalid latency, and with the system's error if the port is taken.
 */
export async function startEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const { services } = options
  const [first] = services
  const latencyMs = notNegative('latencyMs', options.latencyMs ?? 0)
  const maxBodyBytes = Math.max(1024 * 1024, ...services.map((service) => service.maxBodyBytes ?? 0))

  const { port, close } = await listen(options.port ?? 0, maxBodyBytes, (request) => {
    if (request.path.startsWith(controlPath)) {
      const { service = first, path } = findControl(services, request.path)
      return service.answerControl({ ...request, path }, request.path)
    }
    if (!isLocal(request)) return notLocal
    for (const { answerPath } of services) {
      const response = answerPath?.(request)
      if (response) return response
    }
    const called = services.find(({ name }) => name === serviceNameOf(request)) ?? first
    const response = called.answerCall(request)
    return latencyMs > 0 ? { ...response, delayMs: latencyMs + (response.delayMs ?? 0) } : response
  })
  return { url: `http://127.0.0.1:${port}`, port, close }
}

/**
 * A signed call can run code on this computer, and the keys are not secret. So no web page may send one: neither from
 * another site, nor from a host name that resolves to this computer (DNS rebinding).
 */
function isLocal({ headers }: WireRequest): boolean {
  const { host, origin } = headers
  return isLocalOrigin(`http://${host}`) && (origin === undefined || isLocalOrigin(origin))
}

const notLocal: WireResponse = {
  status: 403,
  contentType: 'application/json; charset=utf-8',
  body: JSON.stringify({
    ResponseMetadata: {
      Error: {
        Code: 'AccessDenied',
        Message: 'Host and Origin must be 127.0.0.1 or localhost: this is an emulator.',
      },
    },
  }),
}

/** The service of a control path, if the path names one, and the path without its name. */
function findControl(services: readonly EmulatedService[], path: string) {
  const [name = '', ...rest] = path.slice(controlPath.length).split('/')
  const service = rest.length > 0 ? services.find((candidate) => candidate.name === name) : undefined
  return { service, path: service ? controlPath + rest.join('/') : path }
}

/** The service in a signature: the last part but one of its scope. */
function serviceNameOf({ headers }: WireRequest): string | undefined {
  return /Credential=[^,\s]*\/([\w-]+)\/request/.exec(headers.authorization ?? '')?.[1]
}
