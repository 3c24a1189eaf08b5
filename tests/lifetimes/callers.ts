import fc from 'fast-check'

/** A caller of the functions, and what functions/README.md says that it may do. */
export interface Caller {
  readonly name: string
  readonly key: string
  /** The functions that it may call. */
  readonly actions: ReadonlySet<string>
  /** The owner of what it creates. */
  readonly owner: string
  readonly seesAll: boolean
}

const READ = ['DescribeSandboxes']
const USE = ['DescribeSandboxTerminalUrl', 'ValidateVncToken']
const LIFECYCLE = [
  'CreateSandbox',
  'RenewSandbox',
  'StopSandbox',
  'StartSandbox',
  'RebootSandbox',
  'DeleteSandbox',
  'TeardownSandboxes',
]
const EVERYTHING = [...READ, ...USE, ...LIFECYCLE]

/** Lists of `actions`, and the functions that each one allows. */
const RIGHTS: Readonly<Record<string, readonly string[]>> = {
  'read,use,lifecycle': EVERYTHING,
  read: READ,
  'read,lifecycle': [...READ, ...LIFECYCLE],
  'read,use': [...READ, ...USE],
  ValidateVncToken: ['ValidateVncToken'],
  'DescribeSandboxes,CreateSandbox,StopSandbox,TeardownSandboxes': [
    'DescribeSandboxes',
    'CreateSandbox',
    'StopSandbox',
    'TeardownSandboxes',
  ],
  'use,DeleteSandbox,StartSandbox,RenewSandbox': [...USE, 'DeleteSandbox', 'StartSandbox', 'RenewSandbox'],
}

/** The `owner` of each key that is a table. */
const OWNERS = { alice: 'self', 'team-1': 'team', 'team-2': 'team', boss: 'all' } as const

type Limited = keyof typeof OWNERS

/** The key that is a text: it may do everything with every sandbox. */
export const UNLIMITED = 'admin'

/** The `actions` of each key that is a table. */
export type Rights = Record<Limited, string>

const list = fc.oneof(
  { weight: 2, arbitrary: fc.constant('read,use,lifecycle') },
  { weight: 1, arbitrary: fc.constantFrom(...Object.keys(RIGHTS)) },
)

export const rights: fc.Arbitrary<Rights> = fc.record({ alice: list, 'team-1': list, 'team-2': list, boss: list })

/** The name of a caller. */
export const caller: fc.Arbitrary<string> = fc.oneof(
  { weight: 5, arbitrary: fc.constant(UNLIMITED) },
  { weight: 4, arbitrary: fc.constantFrom(...Object.keys(OWNERS)) },
)

export const callerText = (name: string) => (name === UNLIMITED ? '' : `${name}: `)

const keyOf = (name: string) => `fake-key-of-${name}`

/** As `security.keys` has them. */
export function toKeys(rights: Rights): Record<string, unknown> {
  const tables = Object.entries(OWNERS).map(([name, owner]) => {
    const actions = rights[name as Limited].split(',')
    return [name, { key: keyOf(name), actions, ...(owner !== 'self' && { owner }) }]
  })
  return { [UNLIMITED]: keyOf(UNLIMITED), ...Object.fromEntries(tables) }
}

export function toCallers(rights: Rights): ReadonlyMap<string, Caller> {
  const unlimited = {
    name: UNLIMITED,
    key: keyOf(UNLIMITED),
    actions: new Set(EVERYTHING),
    owner: UNLIMITED,
    seesAll: true,
  }
  const limited = Object.entries(OWNERS).map(([name, owner]) => ({
    name,
    key: keyOf(name),
    actions: new Set(RIGHTS[rights[name as Limited]]),
    owner: owner === 'team' ? owner : name,
    seesAll: owner === 'all',
  }))
  return new Map([unlimited, ...limited].map((caller) => [caller.name, caller]))
}
