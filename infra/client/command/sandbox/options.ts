import { InvalidArgumentError, Option } from 'commander'
import type { Status } from '../../actions.ts'
import { type Duration, parseDuration, toLifetimeSeconds } from '../../duration.ts'

// Options that several commands have. Wrong values are reported as wrong use.

const STATUSES: readonly Status[] = [
  ...(['CREATING', 'RUNNING', 'STOPPING', 'STOPPED', 'REBOOTING'] as const),
  ...(['STARTING', 'REBUILDING', 'RESIZING', 'ERROR', 'DELETING'] as const),
]

export const statusOption = () =>
  new Option('--status <status>', `only sandboxes in this status: ${STATUSES.join(', ')}`).argParser(readStatus)

export const ownerOption = () => new Option('--owner <name>', 'only sandboxes of this owner')

export const timeoutOption = () =>
  new Option('--timeout <duration>', 'how long to wait').default('10m').argParser(readDuration)

function readStatus(text: string): Status {
  const status = STATUSES.find((known) => known === text.toUpperCase())
  if (!status) throw new InvalidArgumentError(`It must be one of ${STATUSES.join(', ')}.`)
  return status
}

export const readDuration = (text: string): Duration => orInvalid(() => parseDuration(text))

export const readLifetime = (text: string): Duration => orInvalid(() => toLifetimeSeconds(text as Duration))

function orInvalid<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message)
  }
}
