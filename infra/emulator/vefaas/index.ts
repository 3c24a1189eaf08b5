import { Clock } from '../gateway/clock.ts'
import type { AddressOptions, Endpoint } from '../gateway/endpoint.ts'
import { FaultList } from '../gateway/fault-list.ts'
import { notNegativeOptions } from '../gateway/numbers.ts'
import { ResourceTable } from '../gateway/resource-table.ts'
import { createService, defaultAccessKeys, type Service, type ServiceOptions, serve } from '../gateway/service.ts'
import { resourceNotFound } from '../gateway/service-errors.ts'
import type { WireRequest, WireResponse } from '../gateway/wire.ts'
import { settle, type Vefaas } from './action.ts'
import { actions } from './actions.ts'
import { defaultQuotas } from './assumptions.ts'
import { type Faults, faultSchema } from './faults.ts'
import { maxTosBytes } from './function-code.ts'
import { invokeWithEvent, invokeWithRequest } from './invoke-function.ts'
import type { RoleCredentials } from './resources/deployment.ts'
import { describeFunction, stopFunction } from './resources/function.ts'
import { describeKafkaTrigger } from './resources/kafka-trigger.ts'
import type { FunctionRecord } from './resources/records.ts'
import { describeRelease } from './resources/release.ts'
import { describeRevision } from './resources/revision.ts'
import { describeTimer } from './resources/timer.ts'
import { UploadStore } from './resources/upload-store.ts'
import type { FunctionRequest, FunctionResponse } from './runtime/http.ts'
import { createTemporaryFolder } from './runtime/temporary-folder.ts'
import { failedLogPath } from './start-release.ts'

export interface VefaasOptions extends VefaasState, AddressOptions {}

export interface VefaasState extends ServiceOptions {
  /**
   * A function with a Role gets them in its credential file and in three `X-Faas-` headers. Default: the first access
   * key pair, with an empty session token.
   */
  roleCredentials?: RoleCredentials
  /** The minimum duration of a release, default 0. */
  releaseSeconds?: number
  /** Whether a release loads its code, default true. If not, it succeeds, and the first call starts a process. */
  loadsCode?: boolean
  /** How long a Kafka trigger is pending, default 0: then only the response to its creation shows this status. */
  kafkaSeconds?: number
  /** Seconds of crontab time per real second, default 1. 0: timers never fire. */
  timerSpeed?: number
  /** Called with each line that a function writes, and with the failures of its calls. */
  onLog?: (functionName: string, line: string, stream: 'stdout' | 'stderr') => void
  /** Called when the code of a release has loaded and the revision serves, or with the reason why the release fails. */
  onRelease?: (functionName: string, revision: number, failure: string | undefined) => void
  /** Default: 200 functions, 20 triggers per function. */
  quotas?: { functions?: number; triggersPerFunction?: number }
}

/** Timers follow the real time, whatever `advance` does. */
export interface VefaasService extends Service<Faults> {
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

/** An emulated veFaaS with its own address. */
export type VefaasEmulator = Omit<VefaasService, 'close'> & Endpoint

/**
 * Starts an emulated veFaaS: the signed API at `/`, its control at `/_emulator/`. Released functions run on this
 * computer. Rejects with a RangeError for an invalid option, and with the system's error if the port is taken.
 */
export async function startVefaas(options: VefaasOptions = {}): Promise<VefaasEmulator> {
  return serve(createVefaas(options), options)
}

/** Creates an emulated veFaaS that is not served yet. Throws a RangeError for an invalid option. */
export function createVefaas(options: VefaasState = {}): VefaasService {
  const [firstKeyPair = ['', '']] = Object.entries(options.accessKeys ?? defaultAccessKeys)
  const [accessKeyId, secretAccessKey] = firstKeyPair
  const clock = new Clock()
  const vefaas: Vefaas = {
    clock,
    functions: new ResourceTable<FunctionRecord>({
      clock,
      idOf: ({ Id }) => Id,
      notFound: (id) => resourceNotFound('function', id),
      onRemove: stopFunction,
    }),
    uploads: new UploadStore(clock),
    faults: new FaultList(faultSchema, actions.keys()),
    quotas: { ...defaultQuotas, ...options.quotas },
    ...notNegativeOptions({ releaseSeconds: 0, kafkaSeconds: 0, timerSpeed: 1 }, options),
    loadsCode: options.loadsCode ?? true,
    roleCredentials: options.roleCredentials ?? { accessKeyId, secretAccessKey, sessionToken: '' },
    folder: createTemporaryFolder(),
    onLog: options.onLog ?? (() => {}),
    onRelease: options.onRelease ?? (() => {}),
    url: '',
  }
  const functions = () => {
    settle(vefaas)
    return vefaas.functions.all().map((record) => lookInside(record))
  }
  const service = createService(
    {
      name: 'vefaas',
      parameters: 'json',
      actions,
      state: vefaas,
      resources: { functions },
      clear: () => {
        vefaas.functions.clear()
        vefaas.uploads.clear()
      },
    },
    options,
  )
  return {
    ...service,
    answerCall(request) {
      vefaas.url = `http://${request.headers.host}`
      return service.answerCall(request)
    },
    answerPath: (request) => vefaas.uploads.answer(request) ?? serveFailedLog(vefaas, request),
    maxBodyBytes: maxTosBytes + 1024 * 1024,
    functions,
    hasReleased(id) {
      settle(vefaas)
      return vefaas.functions.findInAnyRegion(id)?.releases.some(({ Status }) => Status === 'done') ?? false
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
function lookInside(record: FunctionRecord): object {
  return {
    ...describeFunction(record),
    Tags: record.Tags,
    Region: record.region,
    ...record.resource,
    Release: describeRelease(record),
    Revisions: record.revisions.map((revision) => describeRevision(record, revision)),
    Timers: [...record.timers.values()].map((timer) => describeTimer(record, timer)),
    KafkaTriggers: [...record.kafkaTriggers.values()].map((trigger) => describeKafkaTrigger(record, trigger)),
  }
}

/** Serves the addresses in FailedInstanceLogs. */
function serveFailedLog(vefaas: Vefaas, { path, method }: WireRequest): WireResponse | undefined {
  if (!path.startsWith(failedLogPath) || method !== 'GET') return undefined
  const releases = vefaas.functions.all().flatMap((record) => record.releases)
  const log = releases.find(({ Id }) => Id === path.slice(failedLogPath.length))?.log
  const contentType = 'text/plain; charset=utf-8'
  return log ? { status: 200, contentType, body: log.text() } : { status: 404, contentType, body: 'no such log\n' }
}
