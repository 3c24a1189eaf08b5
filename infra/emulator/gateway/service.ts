import { CallLog, type LoggedCall } from './call-log.ts'
import type { Clock } from './clock.ts'
import { type ControlledService, createControl } from './control.ts'
import { type AddressOptions, type EmulatedService, type Endpoint, startEndpoint } from './endpoint.ts'
import { type ApiCall, createOpenApiGateway, type ServiceApi, type WireFaults } from './gateway.ts'
import { createRateLimiter, type Rate } from './rate-limit.ts'

/** The options of every emulated service. */
export interface ServiceOptions {
  /** Access key id -> secret; default `{ AKLOCAL: 'local-secret' }`. */
  accessKeys?: Record<string, string>
  /** The rate limit of each action; the real limits are not published. Default: no limit. */
  rateLimit?: Rate | undefined
}

/** An emulated service in the hands of its owner. */
export interface Service<Faults> extends EmulatedService {
  /** The latest 100,000 signed calls since the start or the last reset. Status 0: the connection was cut. */
  calls: readonly LoggedCall[]
  faults: Faults
  /** Advances the clock of the resources. Signatures are checked against the real time. */
  advance(seconds: number): void
  /** Removes all resources, faults and logged calls, and resets the clock and the settings. */
  reset(): void
}

/** The actions of a service, each with the only version of the API that has it. */
export type Actions<Action> = ReadonlyMap<string, { version: string; run: Action }>

export function actionsByVersion<Action>(versions: Record<string, Record<string, Action>>): Actions<Action> {
  const actions = new Map<string, { version: string; run: Action }>()
  for (const [version, byName] of Object.entries(versions)) {
    for (const [name, run] of Object.entries(byName)) actions.set(name, { version, run })
  }
  return actions
}

interface State {
  clock: Clock
  faults: ControlledService['faults'] & WireFaults
}

/** The parts of a service that differ from service to service. */
export interface ServiceParts<S extends State> {
  name: string
  parameters: ServiceApi['parameters']
  actions: Actions<(state: S, call: ApiCall) => object>
  state: S
  /** The lists that the control shows, by name. */
  resources: ControlledService['resources']
  settings?: ControlledService['settings']
  /** Removes all resources, and resets the settings. */
  clear: () => void
}

export const defaultAccessKeys = { AKLOCAL: 'local-secret' }

/** Creates a service that is not served yet: the gateway before its actions, and its control. */
export function createService<S extends State>(
  { name, parameters, actions, state, resources, settings, clear }: ServiceParts<S>,
  { accessKeys = defaultAccessKeys, rateLimit }: ServiceOptions,
): Service<S['faults']> {
  const clock: Clock = state.clock
  const faults: S['faults'] = state.faults
  const log = new CallLog()
  const advance = (seconds: number) => clock.advance(seconds)
  const reset = () => {
    clear()
    faults.clear()
    log.clear()
    clock.reset()
  }
  const service: ServiceApi = {
    name,
    parameters,
    actions: new Map([...actions].map(([id, { version, run }]) => [id, { version, run: (call) => run(state, call) }])),
  }
  const limit = rateLimit && createRateLimiter(rateLimit)
  return {
    name,
    answerCall: createOpenApiGateway({ service, accessKeys, faults, log, clock, limit }),
    answerControl: createControl({ faults, calls: log.calls, resources, settings, advance, reset }),
    calls: log.calls,
    faults,
    advance,
    reset,
  }
}

/**
 * Serves a service at its own address. `close` closes both. Rejects with a RangeError for an invalid option, and with
 * the system's error if the port is taken; then the service is closed.
 */
export async function serve<S extends EmulatedService & { close?(): void | Promise<void> }>(
  service: S,
  { port = 0, latencyMs = 0 }: AddressOptions,
): Promise<Omit<S, 'close'> & Endpoint> {
  try {
    const endpoint = await startEndpoint({ port, latencyMs, services: [service] })
    const close = async () => {
      await Promise.all([service.close?.(), endpoint.close()])
    }
    return { ...service, ...endpoint, close }
  } catch (error) {
    await service.close?.()
    throw error
  }
}
