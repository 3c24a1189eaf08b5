import type { EcsEmulator } from '../../infra/emulator/ecs/index.ts'
import type { Instance } from '../../infra/emulator/ecs/instance.ts'
import type { LoggedCall } from '../../infra/emulator/gateway/call-log.ts'
import { type Caller, toCallers } from './callers.ts'
import { type Fortune, Invocation } from './invocation.ts'
import type { Settings } from './settings.ts'
import {
  createdAt,
  deletionOf,
  dueStep,
  END_TAG,
  endByTag,
  isBroken,
  isOurs,
  isOutdated,
  isStopped,
  isStuck,
  isUnstoppable,
  isUtc,
  isVisible,
  NEVER,
  ownerOf,
  portrait,
  STOPPED_BY_TAG,
  type Step,
  TOKEN_PREFIX,
  tokenKeys,
} from './truth.ts'

/** What the model knows of one sandbox beyond what stands on it. */
export interface Sandbox {
  readonly id: string
  /** That it was made with. */
  readonly token: string
  /** The end that a caller was told of last. */
  end: number
  /** Nobody was told for certain: what stands on it holds. */
  isUnsure: boolean
  /** Renewals under way, and when the last was. */
  renewals: number
  renewedAt: number
  /** Several at once: which of them was last, only the cloud knows. */
  isContested: boolean
  /** When a clean-up deleted it because it was past its end. */
  expiredAt?: number
  /** Its latest stop, also after it was started again. */
  stop?: Stop
  /** When it was last started by something else than StartSandbox, which removes the VNC tokens of the time before. */
  startedOutsideAt?: number
  /** A clean-up has set the tag that it stopped the sandbox. StartSandbox and StopSandbox remove it. */
  isClaimed: boolean
  owner: string | undefined
  /** The number of VNC tokens that it was given. */
  mints: number
}

export type Stopper = 'CleanupSandboxes' | 'StopSandbox' | 'somebody else'

interface Stop {
  at: number
  by: Stopper
  /** It is still stopped because of that. */
  isOver: boolean
  /** The keys of its VNC tokens at that moment. */
  tokens: readonly string[]
  /** Something else happened to it at the same time, so it may look as if a clean-up stopped it, or as if none did. */
  isDisputed: boolean
}

/** A VNC token that a caller was told of. */
export interface VncToken {
  id: string
  token: string
  /** How often it was used, and how often it was admitted. */
  uses: number
  admitted: number
  /** When it was requested, and when the caller had it. */
  started: number
  at: number
  /** Nothing went wrong when it was requested. */
  isCertain: boolean
  /** The number of tokens of its sandbox then. */
  mints: number
}

/** What the cloud has made under a client token. */
export interface Birth {
  id: string
  /** Of the request. */
  parameters: string
  at: number
}

/** Which machine a request is about: of the kind, the one with this index; of those that have an end ahead, by their ends; of those that are stopped, the latest stop first. */
export interface Target {
  of: 'sandbox' | 'newest' | 'ending' | 'stopped' | 'gone' | 'foreign' | 'unknown'
  index: number
}

/** Whether a caller sees the sandboxes of this owner. */
const isOf = (caller: Caller | undefined, owner: string | undefined) =>
  caller === undefined || caller.seesAll || owner === caller.owner

// A machine that is no sandbox any more, and was changed by a call that was on its way already.
const TOUCHED = 'touched'

/** The function that makes a call of the cloud, and the status of the machine after it. */
const CHANGES: Readonly<Record<string, { by: string; status: string }>> = {
  StopInstance: { by: 'StopSandbox', status: 'STOPPING' },
  StopInstances: { by: 'CleanupSandboxes', status: 'STOPPING' },
  StartInstance: { by: 'StartSandbox', status: 'STARTING' },
  RebootInstance: { by: 'RebootSandbox', status: 'REBOOTING' },
}

// The emulated cloud forgets client tokens after that.
const TOKEN_MS = 24 * 3_600_000

/** The emulated cloud and all that the model knows of it. It stands at the door of the cloud and watches every call. */
export class World {
  readonly ecs: EcsEmulator
  readonly settings: Settings
  /** Every sandbox there ever was, in the order of their births. */
  readonly sandboxes = new Map<string, Sandbox>()
  /** Portraits of all that is no sandbox of this manager. */
  readonly foreign = new Map<string, string>()
  /** VNC tokens that a caller was told of, with the number of times each was admitted. */
  readonly vncTokens: VncToken[] = []
  readonly #callers: ReadonlyMap<string, Caller>
  readonly #births = new Map<string, Birth>()
  /** When a request has changed the state of a machine. */
  readonly #changes = new Map<string, number>()
  readonly #underWay = new Set<Invocation>()
  readonly #violations: string[] = []

  constructor(ecs: EcsEmulator, settings: Settings) {
    this.ecs = ecs
    this.settings = settings
    this.#callers = toCallers(settings.rights)
  }

  /** Takes everything that is there for what was there before. */
  begin(): void {
    for (const instance of this.ecs.instances()) {
      if (isOurs(instance, this.settings)) this.#add(instance)
      else this.foreign.set(instance.InstanceId, portrait(instance))
    }
  }

  /** Something must not be: the sequence fails. Not thrown, because here it would become an error of the cloud. */
  blame(text: string): void {
    this.#violations.push(text)
  }

  check(isGood: boolean, text: () => string): void {
    if (!isGood) this.blame(text())
  }

  /** @throws with everything that must not be */
  complain(): void {
    if (this.#violations.length > 0) throw new Error(this.#violations.join('\n'))
  }

  caller(name: string): Caller {
    const caller = this.#callers.get(name)
    if (caller === undefined) throw new Error(`there is no caller ${name}`)
    return caller
  }

  /** Whether it is a sandbox that this caller sees; undefined: the platform, which sees all. */
  sees(by: string | undefined, instance: Instance): boolean {
    const caller = by === undefined ? undefined : this.caller(by)
    return isOurs(instance, this.settings) && isOf(caller, ownerOf(instance))
  }

  instance(id: string): Instance | undefined {
    return this.ecs.instances().find(({ InstanceId }) => InstanceId === id)
  }

  /** The sandboxes of this manager that exist, oldest first. */
  ours(): Instance[] {
    return this.ecs.instances().filter((instance) => isOurs(instance, this.settings))
  }

  pick({ of, index }: Target): string {
    const living = new Set(this.ours().map(({ InstanceId }) => InstanceId))
    const ids = {
      sandbox: [...living],
      newest: [...living].reverse(),
      ending: this.#ending(),
      stopped: this.#stopped(),
      gone: [...this.sandboxes.keys()].filter((id) => !living.has(id)),
      foreign: [...this.foreign.keys()],
      unknown: [],
    }[of]
    return ids[index % ids.length] ?? `i-unknown${index}`
  }

  #ending(): string[] {
    const ending = this.ours().filter((one) => this.momentOf(one) > Date.now() && this.momentOf(one) < NEVER)
    return ending.sort((one, other) => this.momentOf(one) - this.momentOf(other)).map(({ InstanceId }) => InstanceId)
  }

  #stopped(): string[] {
    const stoppedAt = (id: string) => this.sandboxes.get(id)?.stop?.at ?? 0
    const ids = this.ours().flatMap((one) => (isStopped(one) ? [one.InstanceId] : []))
    return ids.sort((one, other) => stoppedAt(other) - stoppedAt(one))
  }

  /** The end that has to be kept. */
  endOf(instance: Instance): number {
    const known = this.sandboxes.get(instance.InstanceId)
    const isKnown = known && !known.isUnsure && known.renewals === 0
    return isKnown ? known.end : endByTag(instance, this.settings)
  }

  /** What a clean-up has to do with it. */
  stepOf = (instance: Instance): Step | undefined => dueStep(instance, this.endOf(instance), this.settings)

  /** When something changes because of its end: at its end or, after that, when it is deleted. */
  momentOf(instance: Instance): number {
    const end = this.endOf(instance)
    return end > Date.now() ? end : deletionOf(end, this.settings)
  }

  /** A caller was told by an answer of 200 when it ends. */
  tell(id: string, end: number) {
    const sandbox = this.sandboxes.get(id)
    if (sandbox === undefined) return this.blame(`somebody was told of ${id}, which is no sandbox`)
    const { expiredAt = end } = sandbox
    this.check(end <= expiredAt, () => `${id} was deleted before the end that somebody was told of`)
    sandbox.end = end
    sandbox.isUnsure = sandbox.isContested || sandbox.renewals > 0
  }

  /** What the cloud remembers of a client token. */
  birth(token: string): Birth | undefined {
    const birth = this.#births.get(token)
    return birth && birth.at + TOKEN_MS > Date.now() ? birth : undefined
  }

  /** Whether the cloud forgets this token within the next minute: what a retry is then, it depends on the millisecond. */
  isFading(token: string): boolean {
    const birth = this.birth(token)
    return birth !== undefined && birth.at + TOKEN_MS < Date.now() + 60_000
  }

  /** Whether machines of two creations with this token live, because the cloud has forgotten the first. */
  isAmbiguous(token: string): boolean {
    const living = [...this.sandboxes.values()].filter((one) => one.token === token && this.instance(one.id))
    return living.length > 1
  }

  /** Runs a function as one invocation of it. */
  async invoke<T>(
    name: string,
    ids: Iterable<string>,
    fortune: Fortune,
    work: () => Promise<T>,
    more: Pick<Partial<Invocation>, 'caller' | 'make' | 'requestKey'> = {},
  ) {
    const invocation = new Invocation(name, ids, fortune, (...call) => this.#watch(...call))
    Object.assign(invocation, more)
    this.#underWay.add(invocation)
    if (this.#underWay.size > 1) this.disturb()
    try {
      return { invocation, answer: await invocation.run(work) }
    } finally {
      this.#underWay.delete(invocation)
    }
  }

  /** Something else happens while functions are at work. */
  disturb(): void {
    for (const invocation of this.#underWay) invocation.isAlone = false
  }

  /** Work during which the cloud is well. */
  async undisturbed<T>(work: () => Promise<T>): Promise<T> {
    const faults = this.ecs.faults.list()
    this.ecs.faults.clear()
    try {
      return await work()
    } finally {
      for (const { Id, ...fault } of faults) this.ecs.faults.add(fault)
    }
  }

  /** What must hold between any two steps. */
  settle(): void {
    const instances = new Map(this.ecs.instances().map((instance) => [instance.InstanceId, instance]))
    for (const [id, before] of this.foreign) {
      const instance = instances.get(id)
      const now = instance ? portrait(instance) : 'gone'
      const isSame = now === before || before === TOUCHED
      this.check(isSame, () => `no sandbox, and touched: ${before} is ${now}`)
    }
    for (const [id, instance] of instances) {
      const sandbox = this.sandboxes.get(id)
      if (!isOurs(instance, this.settings)) {
        // In deletion is what was given away a moment too late.
        const isKnown = this.foreign.has(id) || instance.Status === 'DELETING'
        this.check(isKnown, () => `${id} has ceased to be a sandbox`)
      } else if (sandbox) {
        const end = endByTag(instance, this.settings)
        if (sandbox.isUnsure) sandbox.end = end
        sandbox.isUnsure = false
        sandbox.isContested = false
        // The tag is to the second.
        const isSame = end === sandbox.end || Math.floor(end / 1_000) === Math.floor(sandbox.end / 1_000)
        const { max_seconds } = this.settings
        const last = max_seconds && sandbox.token ? createdAt(instance) + (max_seconds + 1) * 1_000 : NEVER
        this.check(end <= last, () => `${id} ends at ${end}, beyond lifetime.max_seconds`)
        this.check(isSame, () => `${id} ends at ${end}, but somebody was told of ${sandbox.end}`)
        const owner = ownerOf(instance)
        this.check(owner === sandbox.owner, () => `${id} is of ${sandbox.owner}, and has the tag of ${owner}`)
        this.#checkStopper(instance, sandbox)
      }
    }
    this.complain()
  }

  /** A sandbox that a clean-up has stopped has the tag that says so until it is started, and no other one has it. */
  #checkStopper(instance: Instance, { stop, isClaimed }: Sandbox): void {
    const { InstanceId: id, Tags } = instance
    const isTagged = Tags.get(STOPPED_BY_TAG) === 'CleanupSandboxes'
    this.check(
      isTagged === isClaimed,
      () => `${id} ${isTagged ? 'has' : 'lacks'} the tag of a clean-up that stopped it`,
    )
    if (!isStopped(instance) || stop === undefined || stop.isOver || stop.isDisputed) return
    const isByCleanup = stop.by === 'CleanupSandboxes'
    this.check(isByCleanup === isTagged, () => `${id} was stopped by ${stop.by}, and its tag says otherwise`)
  }

  /** It begins to stop. */
  noteStop(instance: Instance, by: Stopper, isDisputed = by === 'somebody else'): void {
    const sandbox = this.sandboxes.get(instance.InstanceId)
    if (sandbox) sandbox.stop = { at: Date.now(), by, isOver: false, tokens: tokenKeys(instance), isDisputed }
  }

  /** It begins to start. */
  noteStart(instance: Instance, by: 'StartSandbox' | 'somebody else'): void {
    const sandbox = this.sandboxes.get(instance.InstanceId)
    if (sandbox === undefined) return
    if (sandbox.stop) sandbox.stop.isOver = true
    if (by === 'somebody else') sandbox.startedOutsideAt = Date.now()
  }

  #add(instance: Instance, token = ''): void {
    const { InstanceId: id } = instance
    const end = endByTag(instance, this.settings)
    this.sandboxes.set(id, {
      id,
      token,
      end,
      isUnsure: true,
      renewals: 0,
      renewedAt: 0,
      isContested: false,
      isClaimed: instance.Tags.has(STOPPED_BY_TAG),
      owner: ownerOf(instance),
      mints: 0,
    })
  }

  #watch = async <T>(invocation: Invocation, exchange: () => Promise<T>): Promise<T> => {
    const { ecs } = this
    const before = new Map(ecs.instances().map((instance) => [instance.InstanceId, copyOf(instance)]))
    const faults = JSON.stringify(ecs.faults.list())
    const count = ecs.calls.length
    try {
      return await exchange()
    } finally {
      if (JSON.stringify(ecs.faults.list()) !== faults) invocation.isDisturbed = true
      for (const call of ecs.calls.slice(count)) this.#judge(invocation, call, before)
    }
  }

  /** Judges a call by what it names and by what it has changed, with the machines as they were before it. */
  #judge(invocation: Invocation, call: LoggedCall, before: ReadonlyMap<string, Instance>): void {
    const { action, params } = call
    const named = Object.entries(params).flatMap(([name, id]) =>
      /^(InstanceIds?|ResourceIds)\b/.test(name) ? [id] : [],
    )
    invocation.calls.push({ action, ids: named })
    const after = new Map(this.ecs.instances().map((instance) => [instance.InstanceId, instance]))

    if (action === 'DescribeInstances') this.#read(invocation, named, [...after.values()])
    else if (action === 'DeleteInstance' || action === 'DeleteInstances') {
      for (const id of named) this.#judgeDeletion(invocation, id, before.get(id))
    } else if (action === 'TagResources' || action === 'UntagResources') {
      for (const id of named) this.#judgeTags(invocation, call, id, before.get(id))
    } else if (Object.hasOwn(CHANGES, action)) {
      for (const id of named) this.#judgeChange(invocation, action, id, before.get(id))
    } else if (action !== 'RunInstances') this.blame(`${invocation.name} calls ${action}`)

    for (const [id, instance] of after) {
      if (!before.has(id)) this.#judgeBirth(invocation, call, instance)
    }
    for (const [id, earlier] of before) {
      const instance = after.get(id)
      const isSame = instance !== undefined && portrait(instance) === portrait(earlier)
      this.check(isSame || named.includes(id), () => `${action} has changed ${id}, which it does not name`)
    }
  }

  #read(invocation: Invocation, named: readonly string[], instances: readonly Instance[]): void {
    for (const instance of instances) {
      const { InstanceId: id } = instance
      if (named.length > 0 && !named.includes(id)) continue
      const isOur = isOurs(instance, this.settings)
      const sight = {
        isOurs: isOur,
        isBroken: isBroken(instance),
        isStuck: isStuck(instance, this.settings),
        isStopped: isStopped(instance),
        isUnstoppable: isUnstoppable(instance, this.settings),
        owner: ownerOf(instance),
      }
      if (instance.Status === 'STOPPED') invocation.seenStopped.add(id)
      invocation.seen.set(id, sight)
      if (named.length > 0) invocation.seenById.set(id, sight)
    }
  }

  #judgeDeletion(invocation: Invocation, id: string, instance: Instance | undefined) {
    const { name, ids, seenById } = invocation
    const seen = seenById.get(id)
    if (seen === undefined) return this.blame(`${name} deletes ${id} without having read it right before`)
    if (!seen.isOurs) return this.blame(`${name} deletes ${id}, which is no sandbox`)
    if (!isOf(invocation.caller, seen.owner))
      return this.blame(`${invocation.caller?.name} deletes ${id} of ${seen.owner}`)
    // It was given away after it was read.
    if (this.instance(id)?.Status === 'DELETING') this.foreign.delete(id)
    if (name === 'DeleteSandbox' || name === 'TeardownSandboxes') {
      return this.check(ids.has(id), () => `${name} deletes ${id}, which nobody has named`)
    }
    if (name !== 'CleanupSandboxes') return this.blame(`${name} deletes ${id}`)
    const sandbox = this.sandboxes.get(id)
    if (sandbox === undefined || instance === undefined || instance.Status === 'DELETING') return
    if (seen.isBroken || seen.isStuck) return
    const end = this.endOf(instance)
    const isLate = (seen.isUnstoppable ? end : deletionOf(end, this.settings)) <= Date.now()
    this.check(isLate, () => `${id} with the end ${end} is deleted too early, at ${new Date().toISOString()}`)
    sandbox.expiredAt = Date.now()
  }

  /** Judges a call that stops, starts or reboots a machine. */
  #judgeChange(invocation: Invocation, action: string, id: string, before: Instance | undefined) {
    const { name, ids, seenById } = invocation
    const { by, status } = CHANGES[action] ?? { by: '', status: '' }
    if (name !== by) return this.blame(`${name} calls ${action}`)
    const isNamed = name === 'CleanupSandboxes' || ids.has(id)
    this.check(isNamed, () => `${name} of ${[...ids]} changes ${id}`)
    const sight = seenById.get(id)
    if (!sight?.isOurs) return this.blame(`${name} changes ${id}, which it has not read as a sandbox`)
    const isOwn = isOf(invocation.caller, sight.owner)
    this.check(isOwn, () => `${invocation.caller?.name} changes ${id} of ${sight.owner}`)
    const now = this.instance(id)
    if (now === undefined || before === undefined || now.Status === before.Status) return
    this.check(now.Status === status, () => `${action} makes ${id} ${now.Status}`)
    // It was given away after it was read. Its status follows later.
    if (this.foreign.has(id)) this.foreign.set(id, TOUCHED)
    const key = `${invocation.requestKey ?? invocation.started} ${action} ${id}`
    const isFirst = !invocation.changed.includes(id) && (this.#changes.get(key) ?? 0) + TOKEN_MS <= Date.now()
    this.check(isFirst, () => `${name} changes ${id} twice`)
    if (invocation.requestKey) this.#changes.set(key, Date.now())
    invocation.changed.push(id)
    if (action === 'StartInstance') this.#judgeStart(before, invocation)
    else if (action === 'StopInstance') this.noteStop(before, 'StopSandbox', !invocation.isAlone)
    else if (action === 'StopInstances') this.#judgeStopByCleanup(before, invocation)
  }

  #judgeStart(instance: Instance, { isAlone }: Invocation): void {
    const { InstanceId: id, Tags } = instance
    const end = this.endOf(instance)
    this.check(end > Date.now(), () => `${id} is started at ${new Date().toISOString()}, after its end ${end}`)
    const kept = this.sandboxes.get(id)?.stop?.tokens.filter((key) => Tags.has(key)) ?? []
    this.check(kept.length === 0, () => `${id} is started with the VNC tokens ${kept}, which are from before its stop`)
    const isClaimed = isAlone && Tags.has(STOPPED_BY_TAG)
    this.check(!isClaimed, () => `${id} is started with the tag of a clean-up that stopped it`)
    this.noteStart(instance, 'StartSandbox')
  }

  #judgeStopByCleanup(instance: Instance, { isAlone }: Invocation): void {
    const { InstanceId: id } = instance
    const end = this.endOf(instance)
    const isWanted = end <= Date.now() && this.settings.on_expire === 'stop'
    this.check(isWanted, () => `${id} with the end ${end} is stopped at ${new Date().toISOString()}`)
    this.noteStop(instance, 'CleanupSandboxes', !isAlone)
  }

  #judgeTags(invocation: Invocation, { action, params }: LoggedCall, id: string, instance: Instance | undefined) {
    const { name, ids, seen } = invocation
    if (!seen.get(id)?.isOurs) return this.blame(`${name} tags ${id}, which is no sandbox`)
    const owner = seen.get(id)?.owner
    const isAllowed = name === 'ValidateVncToken' || isOf(invocation.caller, owner)
    this.check(isAllowed, () => `${invocation.caller?.name} tags ${id} of ${owner}`)
    const now = this.instance(id)
    // It was given away after it was read.
    if (this.foreign.has(id) && now) this.foreign.set(id, portrait(now))
    const keys = Object.entries(params).flatMap(([name, key]) => (/^(Tags\.\d+\.Key|TagKeys)/.test(name) ? [key] : []))
    const isOfTokens = keys.every((key) => key.startsWith(TOKEN_PREFIX))
    const sandbox = this.sandboxes.get(id)
    if (name === 'DescribeSandboxTerminalUrl' && action === 'TagResources' && sandbox) sandbox.mints += 1
    if (keys.includes(STOPPED_BY_TAG) && sandbox) sandbox.isClaimed = now?.Tags.has(STOPPED_BY_TAG) ?? false
    if (action === 'TagResources' && name === 'CleanupSandboxes') {
      const isPastEnd = instance === undefined || this.endOf(instance) <= Date.now()
      const isGood = `${keys}` === STOPPED_BY_TAG && params['Tags.1.Value'] === name && isPastEnd
      return this.check(isGood, () => `a clean-up tags ${id} with ${keys}`)
    }
    if (action === 'UntagResources' && (name === 'StartSandbox' || name === 'StopSandbox')) {
      if (sandbox?.stop && keys.includes(STOPPED_BY_TAG)) sandbox.stop.isDisputed = true
      const others = keys.filter(
        (key) => key !== STOPPED_BY_TAG && !(name === 'StartSandbox' && key.startsWith(TOKEN_PREFIX)),
      )
      const isGood = ids.has(id) && others.length === 0
      return this.check(isGood, () => `${name} of ${[...ids]} removes ${keys} from ${id}`)
    }
    if (action === 'TagResources' && name === 'RenewSandbox') {
      const value = params['Tags.1.Value'] ?? ''
      const isGood = ids.has(id) && `${keys}` === END_TAG && (value === 'never' || isUtc(value))
      return this.check(isGood, () => `a renewal of ${[...ids]} tags ${id} with ${keys} ${value}`)
    }
    if (action === 'UntagResources' && name === 'CleanupSandboxes') {
      const isVoid = (key: string) => isOutdated(instance?.Tags.get(key) ?? ':0:used', this.settings)
      const kept = invocation.seenStopped.has(id) ? [] : keys.filter((key) => !isVoid(key))
      return this.check(isOfTokens && kept.length === 0, () => `a clean-up removes ${kept} of ${keys} from ${id}`)
    }
    const isTerminal = name === 'DescribeSandboxTerminalUrl' || name === 'ValidateVncToken'
    this.check(isTerminal && isOfTokens && ids.has(id), () => `${name} changes the tags ${keys} of ${id}`)
  }

  #judgeBirth({ name, make, caller }: Invocation, { action }: LoggedCall, instance: Instance) {
    const { InstanceId: id } = instance
    if (name !== 'CreateSandbox' || action !== 'RunInstances' || make === undefined)
      return this.blame(`${name} makes ${id}`)
    const earlier = this.birth(make.token)
    this.check(earlier === undefined, () => `the token ${make.token} makes ${id} beside ${earlier?.id}`)
    this.check(isOurs(instance, this.settings), () => `${id} is no sandbox from its birth`)
    const owner = ownerOf(instance)
    this.check(owner === caller?.owner, () => `${caller?.name} creates ${id}, and its owner is ${owner}`)
    this.#births.set(make.token, {
      id,
      parameters: make.parameters,
      at: Date.now(),
    })
    this.#add(instance, make.token)
  }

  /** What a list has to show. */
  visible(): Instance[] {
    return this.ours().filter(isVisible)
  }
}

const copyOf = (instance: Instance): Instance => ({ ...instance, Tags: new Map(instance.Tags) })
