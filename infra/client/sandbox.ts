import type { Action, SandboxDescription, Status } from './actions.ts'
import type { CallOptions } from './call.ts'
import type { Client } from './client.ts'
import { type DesktopAccess, type DesktopRoute, directAccess, webSocketAccess } from './desktop/access.ts'
import type { DisposableDesktop } from './desktop.ts'
import { type Duration, toLifetimeSeconds, toMilliseconds } from './duration.ts'
import { EcsManagerError, isNotFound } from './error.ts'
import { type Renewal, type RenewEveryOptions, renewEvery } from './renew-every.ts'
import { type WaitOptions, wait } from './wait.ts'

export interface ReadyOptions extends WaitOptions {
  /** Wait until the desktop shows something too, not only until the machine is RUNNING. Default: true. */
  desktop?: boolean | undefined
}

export interface DeleteOptions extends CallOptions {
  /** Fail if there is no such sandbox. */
  mustExist?: boolean | undefined
}

export interface OpenDesktopOptions {
  /** How long to try to connect. Default: 20 seconds. */
  timeout?: Duration | undefined
  signal?: AbortSignal | undefined
}

export interface Known {
  description?: SandboxDescription | undefined
  expireAt?: string | undefined
  /**
   * For this time, an empty list does not mean that the sandbox is gone. A new machine is visible after some seconds.
   */
  invisibleMs?: number
}

/** How long a machine may still be shown as before after a start or a reboot. */
const OLD_STATUS_MS = 10_000

const OPEN_TIMEOUT = '20s'

/** For one try of a renewal that is repeated. */
const MAX_RENEWAL_SECONDS = 60

/** For one look at a desktop that may not answer yet. The proxy of the local cloud itself waits 10 seconds for it. */
const LOOK_MS = 15_000

/** In these, a machine does not become RUNNING without a call. */
const ADVICE: Partial<Record<Status, string>> = {
  STOPPED: 'Start it.',
  STOPPING: 'Start it when it is STOPPED.',
  ERROR: 'Delete it, and create another one.',
  DELETING: 'Create another one.',
}

export class Sandbox implements AsyncDisposable {
  readonly id: string
  readonly #call: Client['call']
  readonly #route: DesktopRoute
  #description: SandboxDescription | undefined
  #expireAt: string | undefined
  /** Until then, the service may not list the sandbox although it exists. By `performance.now()`. */
  #invisibleUntil: number
  /** Until then, the service may show the status from before a start. */
  #oldStatusUntil = 0
  /** Until then, RUNNING may be the status from before a reboot. */
  #oldRunningUntil = 0
  #isGone = false

  /** Not for programs: they get sandboxes from `sandboxes`. */
  constructor(call: Client['call'], route: DesktopRoute, id: string, known: Known) {
    this.id = id
    this.#call = call
    this.#route = route
    this.#description = known.description
    this.#expireAt = known.description?.ExpireAt ?? known.expireAt
    this.#invisibleUntil = performance.now() + (known.invisibleMs ?? 0)
  }

  /** What the service said of it last; undefined until it has been listed. */
  get description(): SandboxDescription | undefined {
    return this.#description
  }

  get status(): Status {
    return this.#description?.Status ?? 'CREATING'
  }

  /** When it ends unless it is renewed; undefined if that is not known, or never. */
  get expiresAt(): Date | undefined {
    return this.#expireAt === undefined ? undefined : new Date(this.#expireAt)
  }

  /**
   * Asks the service for the description, and returns the status.
   * @throws {EcsManagerError} `InvalidSandbox.NotFound`
   */
  async refresh(options: CallOptions = {}): Promise<Status> {
    const { Result, ResponseMetadata } = await this.#call('DescribeSandboxes', { SandboxId: this.id }, options)
    const [description] = Result
    if (description) {
      this.#invisibleUntil = 0
      this.#description = description
      this.#expireAt = description.ExpireAt
    } else if (performance.now() >= this.#invisibleUntil) {
      const details = { status: 404, requestId: ResponseMetadata.RequestId }
      throw new EcsManagerError('InvalidSandbox.NotFound', `There is no sandbox ${this.id}.`, details)
    }
    return this.status
  }

  /**
   * Waits until the sandbox is RUNNING and its desktop answers and shows something. A Windows sandbox is ready when
   * it is RUNNING.
   * @throws {EcsManagerError} `Timeout`, `InvalidSandboxStatus` if it cannot become ready without another call, and the
   *   errors of calls
   */
  async ready({ desktop = true, ...options }: ReadyOptions = {}): Promise<this> {
    await wait(options, `Sandbox ${this.id} is not ready`, async (limits) => {
      const status = await this.refresh(limits)
      if (status !== 'RUNNING') {
        this.#oldRunningUntil = 0
        this.#checkProgress(status)
        return { status, message: `The machine is ${status}.` }
      }
      if (performance.now() < this.#oldRunningUntil) return { status, message: 'The machine has not restarted yet.' }
      if (!desktop || this.#description?.OsType === 'Windows') return 'done'
      return (await this.#desktopAnswers(limits))
        ? 'done'
        : { status, message: 'The machine runs. Its desktop does not answer yet.' }
    })
    return this
  }

  /** Waits for a status. @throws {EcsManagerError} `Timeout`, and the errors of calls */
  async waitUntil(wanted: Status, options: WaitOptions = {}): Promise<this> {
    await wait(options, `Sandbox ${this.id} is not ${wanted}`, async (limits) => {
      const status = await this.refresh(limits)
      return status === wanted ? 'done' : { status, message: `The machine is ${status}.` }
    })
    return this
  }

  /**
   * Opens the desktop, which must be ready. Not in browsers.
   * @throws {EcsManagerError} or {DesktopError}
   */
  async desktop({ timeout = OPEN_TIMEOUT, signal }: OpenDesktopOptions = {}): Promise<DisposableDesktop> {
    const limits = { deadline: Date.now() + toMilliseconds(timeout), signal }
    const { openDesktopAt } = await import('./desktop.ts')
    try {
      return await openDesktopAt(await this.#access({ timeout, signal }), limits)
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    }
  }

  /** Sets the end of the sandbox, counted from now. Returns the new end. */
  async renew(lifetime: Duration, options: CallOptions = {}): Promise<Date | undefined> {
    const parameters = { SandboxId: this.id, LifetimeSeconds: toLifetimeSeconds(lifetime) }
    const { Result } = await this.#call('RenewSandbox', parameters, options)
    this.#expireAt = Result.ExpireAt
    return this.expiresAt
  }

  /**
   * Renews the sandbox at an interval, as long as this program runs. If the program is killed, the sandbox ends after
   * the lifetime.
   */
  renewEvery(interval: Duration, options: RenewEveryOptions): Renewal {
    // A try that hangs must not outlast the sandbox.
    const tryTimeout = Math.min(MAX_RENEWAL_SECONDS, toLifetimeSeconds(options.lifetime) / 3)
    return renewEvery((lifetime, signal) => this.renew(lifetime, { signal, tryTimeout }), interval, options)
  }

  /** Shuts the machine down, and keeps its disk. Returns at once: `waitUntil('STOPPED')`. */
  stop(options: CallOptions = {}): Promise<Status> {
    return this.#change('StopSandbox', options)
  }

  /** Boots a sandbox that is STOPPED. Returns at once: `ready()`. */
  start(options: CallOptions = {}): Promise<Status> {
    return this.#change('StartSandbox', options)
  }

  /** Restarts the operating system. Returns at once: `ready()`. */
  reboot(options: CallOptions = {}): Promise<Status> {
    return this.#change('RebootSandbox', options)
  }

  /**
   * Deletes the sandbox, in any status. Returns whether it existed.
   * @throws {EcsManagerError} with `mustExist`, also `InvalidSandbox.NotFound`
   */
  async delete({ mustExist = false, ...options }: DeleteOptions = {}): Promise<boolean> {
    let existed = false
    const { tryTimeout } = options
    await wait({ timeout: '5m', ...options }, `Sandbox ${this.id} is not deleted`, async (limits) => {
      try {
        await this.#call('DeleteSandbox', { SandboxId: this.id }, { ...limits, tryTimeout })
        existed = true
        return 'done'
      } catch (error) {
        if (!(error instanceof EcsManagerError)) throw error
        existed ||= error.mayBeDone || isWrongStatus(error)
        if (isNotFound(error)) {
          if (performance.now() < this.#invisibleUntil) return { status: this.status, message: 'It is not listed yet.' }
          if (mustExist && !existed) throw error
          return 'done'
        }
        if (!isWrongStatus(error)) throw error
        const status = await this.#statusIfListed(limits)
        if (status === undefined) return 'done'
        // The cloud deletes no machine that is CREATING.
        if (status === 'CREATING') return { status, message: 'The machine is CREATING.' }
        throw error
      }
    })
    this.#isGone = true
    if (this.#description) this.#description = { ...this.#description, Status: 'DELETING' }
    return existed
  }

  /** Deletes the sandbox at the end of a block: `await using sandbox = ...`. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isGone) await this.delete()
  }

  async #change(
    action: Extract<Action, 'StopSandbox' | 'StartSandbox' | 'RebootSandbox'>,
    options: CallOptions,
  ): Promise<Status> {
    const { Result } = await this.#call(action, { SandboxId: this.id }, options)
    this.#oldStatusUntil = action === 'StopSandbox' ? 0 : performance.now() + OLD_STATUS_MS
    this.#oldRunningUntil = action === 'RebootSandbox' ? performance.now() + OLD_STATUS_MS : 0
    if (this.#description) this.#description = { ...this.#description, Status: Result.Status }
    this.#expireAt = Result.ExpireAt
    return Result.Status
  }

  #checkProgress(status: Status): void {
    const advice = ADVICE[status]
    if (!advice || performance.now() < this.#oldStatusUntil) return
    const message = `Sandbox ${this.id} is ${status}, so it does not become ready. ${advice}`
    throw new EcsManagerError('InvalidSandboxStatus', message)
  }

  /** Undefined if there is no such sandbox. */
  async #statusIfListed(limits: CallOptions): Promise<Status | undefined> {
    try {
      return await this.refresh(limits)
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }

  async #desktopAnswers(limits: CallOptions & { deadline: number }): Promise<boolean> {
    const { desktopAnswers } = await import('./desktop.ts')
    const access = await this.#access(limits).catch((error: unknown) => {
      // It is not RUNNING any more. The next look finds out why.
      if (isWrongStatus(error)) return undefined
      throw error
    })
    const deadline = Math.min(Date.now() + LOOK_MS, limits.deadline)
    return access !== undefined && desktopAnswers(access, { deadline, signal: limits.signal })
  }

  async #access(options: CallOptions): Promise<DesktopAccess> {
    if (this.#route.direct) {
      if (!this.#description?.PrimaryIp) await this.refresh(options)
      const { PrimaryIp, Status, OsType } = this.#description ?? {}
      if (OsType === 'Windows') throw this.#noDesktop()
      if (!PrimaryIp) throw new EcsManagerError('InvalidSandboxStatus', `Sandbox ${this.id} is ${Status}, not RUNNING.`)
      return directAccess(this.#route, PrimaryIp)
    }
    const { Result } = await this.#call('DescribeSandboxTerminalUrl', { SandboxId: this.id }, options)
    if (Result.OsType === 'Windows') throw this.#noDesktop()
    return webSocketAccess(this.#route, Result)
  }

  #noDesktop(): EcsManagerError {
    return new EcsManagerError('Unsupported', `Sandbox ${this.id} has Windows, and no VNC server.`)
  }
}

const isWrongStatus = (error: unknown) => error instanceof EcsManagerError && error.code === 'InvalidSandboxStatus'
