import type { components, operations } from './api.d.ts'

export const VERSION = '2020-04-01'

/** The actions of the API. (Its description has each of them a second time, as a call with GET.) */
export type Action = Exclude<keyof operations, `${string}ByGet` | `${string}Handshake`>

/** The parameters of an action, as they are in its JSON body. */
export type ActionParameters<A extends Action> = NonNullable<
  operations[A]['requestBody']
>['content']['application/json']

/** What an action answers: `Result` in an envelope, except for ValidateVncToken. */
export type ActionAnswer<A extends Action> = operations[A]['responses'][200]['content']['application/json']

/** A sandbox as DescribeSandboxes shows it. */
export type SandboxDescription = components['schemas']['Sandbox']

export type Status = SandboxDescription['Status']

interface ActionFacts {
  path: string
  /** Whether the call may be sent again if nobody knows what became of it. */
  isRepeatable: boolean
}

const repeatable = (action: Action): ActionFacts => ({ path: pathOf(action), isRepeatable: true })

const pathOf = (action: Action) => `/?Action=${action}&Version=${VERSION}`

export const ACTIONS: Readonly<Record<Action, ActionFacts>> = {
  // Because of its ClientToken.
  CreateSandbox: repeatable('CreateSandbox'),
  DescribeSandboxes: repeatable('DescribeSandboxes'),
  RenewSandbox: repeatable('RenewSandbox'),
  // Because of their X-Request-ID: two calls with the same one count as one.
  StopSandbox: repeatable('StopSandbox'),
  StartSandbox: repeatable('StartSandbox'),
  RebootSandbox: repeatable('RebootSandbox'),
  DeleteSandbox: repeatable('DeleteSandbox'),
  DescribeSandboxTerminalUrl: repeatable('DescribeSandboxTerminalUrl'),
  // A token is used up by the first call.
  ValidateVncToken: { path: pathOf('ValidateVncToken'), isRepeatable: false },
  TeardownSandboxes: { path: '/events', isRepeatable: true },
}
