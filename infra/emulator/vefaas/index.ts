import { CallLog, type LoggedCall } from '../gateway/call-log.ts'
import { Clock } from '../gateway/clock.ts'
import { createControl } from '../gateway/control.ts'
import { type EmulatedService, type Endpoint, startEndpoint } from '../gateway/endpoint.ts'
import { FaultList } from '../gateway/fault-list.ts'
import { createOpenApiGateway } from '../gateway/gateway.ts'
import { createRateLimiter, type Rate } from '../gateway/rate-limit.ts'
import type { WireRequest, WireResponse } from '../gateway/wire.ts'
import type { Vefaas } from './action.ts'
import { actions } from './actions.ts'
import { defaultQuotas } from './assumptions.ts'
import { type Faults, faultSchema } from './faults.ts'
import { maxTosBytes } from './function-code.ts'
import { invokeWithEvent, invokeWithRequest } from './invoke-function.ts'
import type { RoleCredentials } from './resources/deployment.ts'
import { describeFunction } from './resources/function.ts'
import { FunctionTable } from './resources/function-table.ts'
import { describeKafkaTrigger } from './resources/kafka-trigger.ts'
import type { FunctionRecord } from './resources/records.ts'
import { describeRelease } from './resources/release.ts'
import { describeRevision } from './resources/revision.ts'
import { describeTimer } from './resources/timer.ts'
import { UploadStore } from './resources/upload-store.ts'
import type { FunctionRequest, FunctionResponse } from './runtime/http.ts'
import { createTemporaryFolder } from './runtime/temporary-folder.ts'
import { failedLogPath } from './start-release.ts'

export interface VefaasOptions extends VefaasState {
  /** 0, the default, takes a free port. It listens on 127.0.0.1 only. */
  port?: number
  /** The delay of the response to every signed call, default 0. */
  latencyMs?: number
}

export interface VefaasState {
  /** Access key id -> secret; default `{ AKLOCAL: 'local-secret' }`. */
  accessKeys?: Record<string, string>
  /**
   * A function with a Role gets them in its credential file and in three `X-Faas-` headers. Default: the first access
   * key pair, with an empty session token.
   */
  roleCredentials?: RoleCredentials
  /** The minimum duration of a release, default 0. */
  releaseSeconds?: number
  /** How long a Kafka trigger is pending, default 0: then only the response to its creation shows this status. */
  kafkaSeconds?: number
  /** Seconds of crontab time per real second, default 1. 0: timers never fire. */
  timerSpeed?: number
  /** Called with each line that a function writes, and with the failures of its calls. */
  onLog?: (functionName: string, line: string, stream: 'stdout' | 'stderr') => void
  /** Called when the code of a release has loaded and the revision serves, or with the reason why the release fails. */
  onRelease?: (functionName: string, revision: number, failure: string | undefined) => void
  /** The rate limit of each action; the real limits are not published. Default: no limit. */
  rateLimit?: Rate | undefined
  /** Default: 200 functions, 20 triggers per function. */
  quotas?: { functions?: number; triggersPerFunction?: number }
}

export interface VefaasService extends EmulatedService {
  /** The latest 100,000 signed calls since the start or the last reset. Status 0: the connection was cut. */
  calls: readonly LoggedCall[]
  faults: Faults
  /** Moves the clock of releases and Kafka triggers forward. Timers and signatures follow the real time. */
  advance(seconds: number): void
  /** Removes all functions, their processes, faults and calls, and sets the clock back. */
  reset(): void
  /** All functions of all regions, with their release, revisions, timers and Kafka triggers. */
  functions(): readonly object[]
  /** Whether the function has ever had a successful release. */
  hasReleased(functionId: string): boolean
  /** Calls a function. Its failures are responses. Rejects if the function does not exist or no revision serves. */
  invoke(functionId: string, request: FunctionRequest): Promise<FunctionResponse>
  /** The same with an event instead of a request: the function gets it unchanged. It must be JSON. */
  invokeEvent(functionId: string, event: unknown): Promise<FunctionResponse>
  /** Stops all processes and timers at once, and removes the temporary files. */
  close(): void
}

/** The limit that an endpoint of this service needs: the largest code plus 1 MiB. */
export const maxBodyBytes = maxTosBytes + 1024 * 1024

/**
 * Starts an emulated veFaaS: the signed API at `/`, its control at `/_emulator/`. Released functions run on this
 * computer. Rejects with a RangeError for an invalid option, and with the system's error if the port is taken.
 */
export async function startVefaas(options: VefaasOptions = {}): Promise<Omit<VefaasService, 'close'> & Endpoint> {
  const { port = 0, latencyMs = 0, ...state } = options
  const vefaas = createVefaas(state)
  try {
    const services = [vefaas] as const
    const endpoint = await startEndpoint({
      port,
      services,
      latencyMs: notNegative('latencyMs', latencyMs),
      maxBodyBytes,
    })
    const close = () => {
      vefaas.close()
      return endpoint.close()
    }
    return { ...vefaas, ...endpoint, close }
  } catch (error) {
    vefaas.close()
    throw error
  }
}

/** Creates an emulated veFaaS that is not served yet. Throws a RangeError for an invalid option. */
export function createVefaas(options: VefaasState = {}): VefaasService {
  const { accessKeys = { AKLOCAL: 'local-secret' }, onLog = () => {} } = options
  const [firstKeyPair = ['', '']] = Object.entries(accessKeys)
  const [accessKeyId, secretAccessKey] = firstKeyPair
  const clock = new Clock()
  const log = new CallLog()
  const vefaas: Vefaas = {
    clock,
    functions: new FunctionTable(clock),
    uploads: new UploadStore(clock),
    faults: new FaultList(faultSchema, actions.keys()),
    quotas: { ...defaultQuotas, ...options.quotas },
    releaseSeconds: notNegative('releaseSeconds', options.releaseSeconds ?? 0),
    kafkaSeconds: notNegative('kafkaSeconds', options.kafkaSeconds ?? 0),
    timerSpeed: notNegative('timerSpeed', options.timerSpeed ?? 1),
    roleCredentials: options.roleCredentials ?? { accessKeyId, secretAccessKey, sessionToken: '' },
    folder: createTemporaryFolder(),
    onLog,
    onRelease: options.onRelease ?? (() => {}),
    url: '',
  }
  const { faults } = vefaas
  const advance = (seconds: number) => clock.advance(seconds)
  const functions = () => {
    vefaas.functions.settle()
    return [...vefaas.functions.all()].map((record) => lookInside(vefaas, record))
  }
  const reset = () => {
    vefaas.functions.clear()
    vefaas.uploads.clear()
    faults.clear()
    log.clear()
    clock.reset()
  }
  const answer = createOpenApiGateway({
    service: {
      name: 'vefaas',
      parameters: 'json',
      actions: new Map(
        [...actions].map(([name, { version, run }]) => [name, { version, run: (call) => run(vefaas, call) }]),
      ),
    },
    accessKeys,
    faults,
    log,
    clock,
    limit: options.rateLimit && createRateLimiter(options.rateLimit),
  })
  return {
    name: 'vefaas',
    answerCall(request) {
      vefaas.url = `http://${request.headers.host}`
      return answer(request)
    },
    answerControl: createControl({ faults, calls: log.calls, resources: { functions }, advance, reset }),
    answerPath: (request) => vefaas.uploads.answer(request) ?? serveFailedLog(vefaas, request),
    calls: log.calls,
    faults,
    advance,
    reset,
    functions,
    hasReleased(id) {
      vefaas.functions.settle()
      return vefaas.functions.find(id)?.releases.some(({ status }) => status === 'done') ?? false
    },
    invoke: (id, request) => invokeWithRequest(vefaas, id, request),
    invokeEvent: (id, event) => invokeWithEvent(vefaas, id, event),
    close() {
      vefaas.functions.clear()
      vefaas.folder.close()
    },
  }
}

/** A function as GetFunction shows it, and what other actions or none show. */
function lookInside(vefaas: Vefaas, record: FunctionRecord): object {
  return {
    ...describeFunction(record),
    Tags: record.Tags,
    Region: record.region,
    ...record.resource,
    Release: describeRelease(record),
    Revisions: record.revisions.map((revision) => describeRevision(record, revision)),
    Timers: [...record.timers.values()].map((timer) => describeTimer(record, timer)),
    KafkaTriggers: [...record.kafkaTriggers.values()].map((trigger) =>
      describeKafkaTrigger(vefaas.clock, record, trigger),
    ),
  }
}

/** Serves the addresses in FailedInstanceLogs. */
function serveFailedLog(vefaas: Vefaas, { path, method }: WireRequest): WireResponse | undefined {
  if (!path.startsWith(failedLogPath) || method !== 'GET') return undefined
  const releases = [...vefaas.functions.all()].flatMap((record) => record.releases)
  const log = releases.find(({ Id }) => Id === path.slice(failedLogPath.length))?.log
  const contentType = 'text/plain; charset=utf-8'
  return log ? { status: 200, contentType, body: log.text() } : { status: 404, contentType, body: 'no such log\n' }
}

function notNegative(name: string, value: number): number {
  if (!(value >= 0)) throw new RangeError(`${name} is ${value}, not a number from 0 up`)
  return value
}
