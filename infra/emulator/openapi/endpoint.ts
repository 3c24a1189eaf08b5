import { controlPath } from './control.ts'
import { isLocalOrigin } from './local-origin.ts'
import { type Answer, type HttpRequest, listen } from './wire.ts'

/** One emulated service, wherever it is served. */
export interface EmulatedService {
  /** As signatures have it: ecs, vefaas, apig. */
  name: string
  /** Answers a signed call. */
  answerCall: (request: HttpRequest) => Answer
  /** Answers what is at /_emulator/. */
  answerControl: (request: HttpRequest) => Answer
  /** Answers other paths that it has given out itself, such as addresses for uploads; undefined: not one of them. */
  answerPath?: (request: HttpRequest) => Answer | undefined
}

export interface EndpointOptions {
  /** 0 takes a free one. */
  port: number
  /** The first one is who answers calls that name no service, and `/_emulator/` without a name. */
  services: readonly [EmulatedService, ...EmulatedService[]]
  /** How long every answer of a signed call waits, default 0. */
  latencyMs?: number
  /** Default 1 MiB. */
  mostBodyBytes?: number
}

export interface Endpoint {
  /** `http://127.0.0.1:<port>` */
  url: string
  port: number
  /** Stops at once, whatever is still open. */
  close: () => Promise<void>
}

/**
 * Serves services at one address, as open.volcengineapi.com does: who is called stands in the signature. The control of
 * each is at `/_emulator/<service>/`, that of the first also at `/_emulator/`. Rejects with the system's error when the
 * port is taken.
 */
export async function startEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const { services, latencyMs = 0, mostBodyBytes = 1024 * 1024 } = options
  const [first] = services

  const { port, close } = await listen(options.port, mostBodyBytes, (request) => {
    if (request.path.startsWith(controlPath)) {
      const { service = first, path } = controlled(services, request.path)
      return service.answerControl({ ...request, path })
    }
    if (!isFromHere(request)) return notFromHere
    for (const { answerPath } of services) {
      const answer = answerPath?.(request)
      if (answer) return answer
    }
    const called = services.find(({ name }) => name === serviceOf(request))
    const answer = (called ?? first).answerCall(request)
    return latencyMs > 0 ? { ...answer, delayMs: latencyMs + (answer.delayMs ?? 0) } : answer
  })
  return { url: `http://127.0.0.1:${port}`, port, close }
}

/**
 * Whoever can sign may run code here, and the keys are no secret: no web page may come through, be it under a name of its own
 * that it points at this computer (DNS rebinding), be it from another site.
 */
function isFromHere({ headers }: HttpRequest): boolean {
  const { host, origin } = headers
  return isLocalOrigin(`http://${host}`) && (origin === undefined || isLocalOrigin(origin))
}

const notFromHere: Answer = {
  status: 403,
  contentType: 'application/json; charset=utf-8',
  body: JSON.stringify({
    ResponseMetadata: {
      Error: {
        Code: 'AccessDenied',
        Message: 'Host and Origin have to be 127.0.0.1 or localhost: this is an emulator.',
      },
    },
  }),
}

function controlled(services: readonly EmulatedService[], path: string) {
  const [name = '', ...rest] = path.slice(controlPath.length).split('/')
  const service = rest.length > 0 ? services.find((one) => one.name === name) : undefined
  return { service, path: service ? controlPath + rest.join('/') : path }
}

/** The service that a signature is for: the last but one part of its scope. */
function serviceOf({ headers }: HttpRequest): string | undefined {
  return /Credential=[^,\s]*\/([\w-]+)\/request/.exec(headers.authorization ?? '')?.[1]
}
