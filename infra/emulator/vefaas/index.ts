import { CallLog, type LoggedCall } from '../openapi/call-log.ts'
import { Clock } from '../openapi/clock.ts'
import { createControl } from '../openapi/control.ts'
import { type EmulatedService, type Endpoint, startEndpoint } from '../openapi/endpoint.ts'
import { FaultList } from '../openapi/fault-list.ts'
import { createOpenApiGateway } from '../openapi/gateway.ts'
import { createRateLimiter, type Rate } from '../openapi/rate-limit.ts'
import type { WireRequest, WireResponse } from '../openapi/wire.ts'
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
  /** 0, the default, takes a free one. It listens on 127.0.0.1 only. */
  port?: number
  /** How long every answer of a signed call waits, default 0. */
  latencyMs?: number
}

export interface VefaasState {
  /** Access key id -> secret; default `{ AKLOCAL: 'local-secret' }`. */
  accessKeys?: Record<string, string>
  /**
   * What a function with a Role finds in its credentials file and in the three `X-Faas-` headers; default: the first
   * access key pair, with an empty session token.
   */
  roleCredentials?: RoleCredentials
  /** The shortest time a release is in progress, default 0. */
  releaseSeconds?: number
  /** How long a Kafka trigger is pending, default 0: only the answer to its creation says so. */
  kafkaSeconds?: number
  /** Seconds that pass for crontabs while one really passes; 0: timers never fire. Default 1. */
  timerSpeed?: number
  /** Gets what functions write and how their calls fail, line by line. */
  onLog?: (functionName: string, line: string, stream: 'stdout' | 'stderr') => void
  /** Told when the code of a release has loaded: this revision serves then. Or why the release fails. */
  onRelease?: (functionName: string, revision: number, failure: string | undefined) => void
  /** How many calls of each action are let through; the real limits are not published. Without it, all. */
  rateLimit?: Rate | undefined
  /** Default 200 functions, and 20 triggers for each. */
  quotas?: { functions?: number; triggersPerFunction?: number }
}

export interface VefaasService extends EmulatedService {
  /** Every signed call since the start or the last reset: the latest 100,000. Its status is 0 when the connection was cut. */
  calls: readonly LoggedCall[]
  faults: Faults
  /** Moves the clock by which releases and Kafka triggers live. Timers and signatures go by the real time. */
  advance(seconds: number): void
  /** No functions and nothing that runs, no faults, no calls, the clock as it was. */
  reset(): void
  /** A look inside: every function, with its release, revisions, timers and Kafka triggers. */
  functions(): readonly object[]
  /** Whether a release of it has ever ended well. */
  hasReleased(functionId: string): boolean
  /** Calls a function. Whatever goes wrong in it is a response; rejects when there is none or nothing of it serves. */
  invoke(functionId: string, request: FunctionRequest): Promise<FunctionResponse>
  /** The same with any event instead of a request: it has to be JSON, and the function gets it as it is. */
  invokeEvent(functionId: string, event: unknown): Promise<FunctionResponse>
  /** Ends every process and timer at once, and removes the temporary files. */
  close(): void
}

/** What an endpoint that serves this has to let through: the largest code, as it is or as base64. */
export const maxBodyBytes = maxTosBytes + 1024 * 1024

/**
 * Starts an emulated veFaaS: the signed API at `/`, its control at `/_emulator/`. What is released to it runs.
 * Rejects with a RangeError for an option that makes no sense, and with the system's error when the port is taken.
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

/** Makes an emulated veFaaS that is yet to be served. Throws a RangeError for an option that makes no sense. */
export function createVefaas(options: VefaasState = {}): VefaasService {
  const { accessKeys = { AKLOCAL: 'local-secret' }, onLog = () => {} } = options
  const [[accessKeyId = '', secretAccessKey = ''] = []] = Object.entries(accessKeys)
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
    answerPath: (request) => vefaas.uploads.answer(request) ?? failedLog(vefaas, request),
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

/** A function as it is described, and what other actions or none show. */
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

/** What is behind FailedInstanceLogs. */
function failedLog(vefaas: Vefaas, { path, method }: WireRequest): WireResponse | undefined {
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
