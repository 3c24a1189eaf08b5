import { invalidOperation, statusConflict } from '../gateway/service-errors.ts'
import { invalidRequest } from './errors.ts'

// What VolcEngine does not publish. Each line is a guess, on the side that is harder for a client. All guesses are in
// this file, so that a real answer changes one place.

/** Only the console shows the real quotas of an account. */
export const defaultQuotas = { functions: 200, triggersPerFunction: 20 }

/** Only the default is published. */
export const maxPageSize = 100

/** A Release without TargetTrafficWeight gives the new revision no traffic. */
export const defaultTargetTrafficWeight = 0

/** Upper bound of RequestTimeout and InitializerSec. Official tools exceed the documented one. */
export const maxSeconds = 86_400

/** Two timers of a function may have the same name, so that a client which repeats a creation gets two. */
export const triggerNamesMayRepeat: boolean = true

/** A filter by name also finds longer names that contain the value, so a client has to compare the names itself. */
export const nameMatches = (name: string, filter: string) => name.includes(filter)

/** Lists start with the newest item, so that a creation between two pages shifts them. */
export const inListOrder = <T>(oldestFirst: Iterable<T>): T[] => [...oldestFirst].reverse()

/** A function cannot be changed or deleted while a release of it is in progress. */
export const releaseInProgress = (id: string) =>
  statusConflict(`A release of the function ${id} is in progress: wait until it is finished, or abort it.`)

/** A release with only a part of the traffic is done, but must be completed or aborted before the next release. */
export const releaseIncomplete = (id: string) =>
  statusConflict(`A release of the function ${id} has only a part of the traffic: complete it or abort it.`)

/** For UpdateRelease and AbortRelease. */
export const noReleaseToChange = (id: string) => invalidOperation(`The function ${id} has no release to change.`)

/** How an aborted release is shown: no separate status is published. */
export const abortedRelease = {
  status: 'failed',
  recordStatus: 'rollbacked',
  message: 'The release was aborted.',
} as const

/** A function with triggers cannot be deleted. */
export const functionHasTriggers = (id: string, count: number) =>
  invalidOperation(`The function ${id} has ${count} triggers: delete them first.`)

export const noCode = (id: string) => invalidRequest(`The function ${id} has no code yet.`)

export const nothingUploaded = (id: string) => invalidRequest(`Nothing has been uploaded for the function ${id}.`)

/** The unit of CodeSizeLimit is MB. */
export const codeSizeLimit = (bytes: number) => bytes / 1024 / 1024

/** Cpu is an integer in every SDK: half a core per GB, rounded up. */
export const cpuOf = (memoryMb: number) => Math.ceil(memoryMb / 2048)

/** The possible values of these fields are not published. */
export const functionType = 'event'
export const resourceStatus = 'normal'

/** The owner of all resources. */
export const accountId = '2100000000'

/** How long an upload address is valid. It can be used once. */
export const uploadSeconds = 900

/** UpdateFunctionResource sets an omitted parameter to its documented default and does not keep the old value. */
export const defaultResource = { MinInstance: 0, MaxInstance: 10, ReservedFrozenInstance: 0 }
