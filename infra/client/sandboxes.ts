import type { ActionParameters, Status } from './actions.ts'
import type { CallOptions } from './call.ts'
import type { Client } from './client.ts'
import type { DesktopRoute } from './desktop/access.ts'
import { type Duration, toLifetimeSeconds } from './duration.ts'
import { type Known, Sandbox } from './sandbox.ts'
import { sleep } from './sleep.ts'

export interface CreateOptions extends CallOptions {
  /** The machine is called `sandbox-<name>`. */
  name?: string | undefined
  /** Time to the end of the sandbox, unless it is renewed. Default: 1 hour. */
  lifetime?: Duration | undefined
  os?: 'Linux' | 'Windows' | undefined
  /** Creations with the same token create one machine. Default: a new token. */
  clientToken?: string | undefined
  instanceType?: string | undefined
  zoneId?: string | undefined
  imageId?: string | undefined
  /** A script for cloud-init, in base64. */
  userData?: string | undefined
  /** One more tag on the machine. */
  tag?: { key: string; value: string } | undefined
  /** The following are refused unless the operator allows them. */
  projectName?: string | undefined
  subnetId?: string | undefined
  securityGroupIds?: string[] | undefined
  password?: string | undefined
}

export interface ListOptions extends CallOptions {
  status?: Status | undefined
  os?: 'Linux' | 'Windows' | undefined
  /** For keys that see the sandboxes of all owners. */
  owner?: string | undefined
}

const DEFAULT_LIFETIME = '1h'
const PAGE_SIZE = 100

/** A new machine is visible after some seconds, and must be after this time. */
const NEW_INVISIBLE_MS = 30_000

/** Another program may have created a sandbox a moment ago. The service itself waits for as long before it deletes. */
const INVISIBLE_MS = 3_000
const LOOK_EVERY_MS = 500

export class Sandboxes {
  readonly #call: Client['call']
  readonly #route: DesktopRoute

  constructor(call: Client['call'], route: DesktopRoute) {
    this.#call = call
    this.#route = route
  }

  /**
   * Creates a sandbox, and returns before it is RUNNING: call `ready()`. It always has an end, so nothing is left
   * behind if this program is killed, also in the middle of this call.
   */
  async create(options: CreateOptions = {}): Promise<Sandbox> {
    const { Result } = await this.#call('CreateSandbox', toParameters(options), callOptionsOf(options))
    return this.#sandbox(Result.SandboxId, { expireAt: Result.ExpireAt, invisibleMs: NEW_INVISIBLE_MS })
  }

  /** Returns a sandbox that exists. @throws {EcsManagerError} `InvalidSandbox.NotFound` */
  async get(id: string, options: CallOptions = {}): Promise<Sandbox> {
    const sandbox = this.withId(id)
    await sandbox.refresh(options)
    while (!sandbox.description) {
      await sleep(LOOK_EVERY_MS, options.signal)
      await sandbox.refresh(options)
    }
    return sandbox
  }

  /** Returns a sandbox without a call, for its methods. It may not exist. */
  withId(id: string): Sandbox {
    return this.#sandbox(id, { invisibleMs: INVISIBLE_MS })
  }

  /** Lists sandboxes, page by page, while they are iterated. */
  async *list(options: ListOptions = {}): AsyncGenerator<Sandbox, void, void> {
    const { status, os, owner } = options
    const filter = defined({ Status: status, OsType: os, Owner: owner, MaxResults: PAGE_SIZE })
    // A sandbox may be on two pages, if others are created or deleted meanwhile.
    const seen = new Set<string>()
    let token = ''
    do {
      const page = { ...filter, ...(token && { NextToken: token }) }
      const { Result, NextToken = '' } = await this.#call('DescribeSandboxes', page, callOptionsOf(options))
      for (const description of Result) {
        if (seen.has(description.SandboxId)) continue
        seen.add(description.SandboxId)
        yield this.#sandbox(description.SandboxId, { description })
      }
      token = NextToken
    } while (token)
  }

  #sandbox(id: string, known: Known): Sandbox {
    return new Sandbox(this.#call, this.#route, id, known)
  }
}

function toParameters(options: CreateOptions): ActionParameters<'CreateSandbox'> {
  return defined({
    LifetimeSeconds: toLifetimeSeconds(options.lifetime ?? DEFAULT_LIFETIME),
    InstanceName: options.name,
    OsType: options.os,
    ClientToken: options.clientToken,
    InstanceType: options.instanceType,
    ZoneId: options.zoneId,
    ImageId: options.imageId,
    UserData: options.userData,
    TagKey: options.tag?.key,
    TagValue: options.tag?.value,
    ProjectName: options.projectName,
    SubnetId: options.subnetId,
    SecurityGroupIds: options.securityGroupIds,
    Password: options.password,
  })
}

const callOptionsOf = ({ timeout, tryTimeout, signal }: CallOptions): CallOptions => ({ timeout, tryTimeout, signal })

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** Without the properties that are undefined. */
const defined = <T extends object>(values: T) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>
