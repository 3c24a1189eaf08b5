import { createHash } from 'node:crypto'
import * as v from 'valibot'

/** Who calls, and what this caller may do. */
export interface Caller {
  /** Name of its key, or of the gateway's consumer; empty if unknown. */
  name: string
  /** The functions that it may call. */
  actions: ReadonlySet<ActionName>
  /** The owner of the sandboxes that it creates; undefined: they belong to nobody. */
  owner: string | undefined
  /** Whether it sees the sandboxes of all owners, and not only those of `owner`. */
  seesAll: boolean
}

/**
 * Short names for several functions in a list of `actions`. TeardownSandboxes takes the events of `/events`. UseDesktop is the
 * right to the tools of `/mcp` that show and control a desktop; their other tools need the right to the action that they do.
 */
export const GROUPS = {
  read: ['DescribeSandboxes'],
  use: ['DescribeSandboxTerminalUrl', 'ValidateVncToken', 'UseDesktop'],
  lifecycle: [
    'CreateSandbox',
    'RenewSandbox',
    'StopSandbox',
    'StartSandbox',
    'RebootSandbox',
    'DeleteSandbox',
    'TeardownSandboxes',
  ],
} as const

type Group = keyof typeof GROUPS

/** Every right that a caller can have: a function that it may call, or UseDesktop. */
export const ACTIONS = Object.values(GROUPS).flat()

export type ActionName = (typeof ACTIONS)[number]

const GROUP_NAMES = Object.keys(GROUPS) as Group[]

/** A timer, or an event that the platform delivers. */
export const PLATFORM: Caller = { name: '', actions: new Set(ACTIONS), owner: undefined, seesAll: true }

/** A caller that is not yet known. */
export const NOBODY: Caller = { name: '', actions: new Set(), owner: undefined, seesAll: false }

/** The name of an owner, and of a key or consumer. */
export const OWNER_PATTERN = /^[\w.@-]{1,64}$/
export const OWNER_MESSAGE = 'must be 1 to 64 letters, digits and _ . @ -'
const EMPTY_KEY = `sha256:${sha256('').toString('hex')}`
const KEY_MESSAGE =
  'must be a key (8 to 256 characters, no space, no comma), "sha256:<hex>", or a table { key, actions, owner }'
const KEY_FIELD_MESSAGE = 'must be a key (8 to 256 characters, no space, no comma) or "sha256:<hex>"'
const ACTIONS_MESSAGE = `must be a list, not empty, of ${[...GROUP_NAMES, ...ACTIONS].join(', ')}`

const rights = {
  actions: v.pipe(
    v.array(v.picklist([...GROUP_NAMES, ...ACTIONS], ACTIONS_MESSAGE), ACTIONS_MESSAGE),
    v.nonEmpty(ACTIONS_MESSAGE),
  ),
  owner: v.optional(text(OWNER_PATTERN, `${OWNER_MESSAGE} ("self": the name of the key; "all": every owner)`), 'self'),
}

const KeyTable = v.strictObject({ key: key(KEY_FIELD_MESSAGE), ...rights }, table('key, actions, owner'))
const KeyText = key(KEY_MESSAGE)

/** What `security.keys` holds for a name: the key, which may call everything, or a table. */
type KeySetting = v.InferOutput<typeof KeyTable> | string

type Keys = Readonly<Record<string, KeySetting>>
type Consumers = Readonly<Record<string, Omit<v.InferOutput<typeof KeyTable>, 'key'>>>

/** `security.keys`. Two names must not have the same key: a request would have the rights of either. */
export const KeysSchema = v.pipe(
  named(v.lazy((value): v.GenericSchema<unknown, KeySetting> => (isTable(value) ? KeyTable : KeyText))),
  v.check(
    (keys) => namesOfOneKey(keys) === undefined,
    ({ input }) => `must not have the same key under two names: ${namesOfOneKey(input)?.join(', ')}`,
  ),
)

/** `security.consumers`: the rights of the gateway's consumers. */
export const ConsumersSchema = named(v.strictObject(rights, table('actions, owner')))

/** The caller with a key of `security.keys`. A key without a table may do everything. */
export function callerOfKey(name: string, setting: KeySetting): Caller {
  return typeof setting === 'string' ? unlimited(name) : limited(name, setting)
}

/**
 * The caller that the gateway names. Without `security.consumers`, every consumer may do everything; with them, an unlisted
 * one may do nothing.
 */
export function callerOfConsumer(name: string, consumers: Consumers): Caller {
  const known = OWNER_PATTERN.test(name) ? name : ''
  if (Object.keys(consumers).length === 0) return unlimited(known)
  const setting = Object.hasOwn(consumers, known) ? consumers[known] : undefined
  return setting ? limited(known, setting) : { ...NOBODY, name: known }
}

/** What a caller may know about itself, in the format of the API. */
export interface CallerRights {
  /** Name of its key or consumer; absent if unknown. */
  Name: string | undefined
  /** The functions that it may call. */
  Actions: string[]
  /** The owner whose sandboxes it sees; absent if it sees those of all owners. */
  Owner: string | undefined
}

export function toRights({ name, actions, owner, seesAll }: Caller): CallerRights {
  return { Name: name || undefined, Actions: [...actions], Owner: seesAll ? undefined : owner }
}

/** The keys themselves, which the log hides. */
export function keysOf(keys: Keys): string[] {
  return Object.values(keys).map(keyOf)
}

/** SHA-256 of a configured key, or the one that stands for it. */
export function digestOf(setting: KeySetting): Buffer {
  const configured = keyOf(setting)
  return configured.startsWith('sha256:') ? Buffer.from(configured.slice(7), 'hex') : sha256(configured)
}

export function sha256(value: string): Buffer {
  return createHash('sha256').update(value).digest()
}

const keyOf = (setting: KeySetting) => (typeof setting === 'string' ? setting : setting.key)

function unlimited(name: string): Caller {
  return { ...PLATFORM, name, owner: name || undefined }
}

function limited(name: string, { actions, owner }: Consumers[string]): Caller {
  return {
    name,
    actions: new Set(actions.flatMap((name): readonly ActionName[] => (isGroup(name) ? GROUPS[name] : [name]))),
    owner: owner === 'self' || owner === 'all' ? name : owner,
    seesAll: owner === 'all',
  }
}

const isGroup = (name: Group | ActionName): name is Group => Object.hasOwn(GROUPS, name)

function namesOfOneKey(keys: Keys): [string, string] | undefined {
  const names = new Map<string, string>()
  for (const [name, setting] of Object.entries(keys)) {
    const digest = digestOf(setting).toString('hex')
    const other = names.get(digest)
    if (other !== undefined) return [other, name]
    names.set(digest, name)
  }
  return undefined
}

/** Whether the value is a TOML table or a JSON object, and not a list, a date or null. */
export function isTable(value: unknown): value is object {
  return Object.prototype.toString.call(value) === '[object Object]'
}

// The message does not name a wrong name: somebody may have written the key in its place. valibot leaves out of a record
// what would change its prototype.
function named<Setting>(setting: v.GenericSchema<unknown, Setting>) {
  const isName = (name: string) => OWNER_PATTERN.test(name) && !['__proto__', 'prototype', 'constructor'].includes(name)
  return v.pipe(
    v.custom<Record<string, unknown>>(
      (value) => isTable(value) && Object.keys(value).every(isName),
      `must be a table, and each name in it ${OWNER_MESSAGE}`,
    ),
    v.record(v.string(), setting),
  )
}

function key(message: string) {
  return v.pipe(
    text(/^(sha256:[0-9a-f]{64}|(?!sha256:)[!-+\--~]{8,256})$/, message),
    // A request with an empty password would match it.
    v.check((setting) => setting !== EMPTY_KEY, 'must not be the hash of an empty text'),
  )
}

function text(pattern: RegExp, message: string) {
  return v.pipe(v.string(message), v.regex(pattern, message))
}

function table(known: string) {
  return ({ expected }: v.StrictObjectIssue) => {
    if (expected === 'Object') return `must be a table of ${known}`
    return expected === 'never' ? `is not known: the table has ${known}` : 'is required'
  }
}
