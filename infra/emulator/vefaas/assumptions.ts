import { invalidOperation, invalidRequest, statusConflict } from './errors.ts'

// What VolcEngine does not publish. Each line is a guess, on the side that is harder for a client, and in one place so
// that the day somebody sees the real answer it is changed here alone.

/** The quotas of an account; its real ones are seen in the console only. */
export const defaultQuotas = { functions: 200, triggersPerFunction: 20 }

/** The most a page may hold; only the default is published. */
export const maxPageSize = 100

/** A Release that says nothing of TargetTrafficWeight gives the new revision no traffic. */
export const defaultTargetTrafficWeight = 0

/** The most seconds that RequestTimeout and InitializerSec may have; what is documented is exceeded by official tools. */
export const maxSeconds = 86_400

/** Two timers of a function may have the same name, so that a client which repeats a creation blindly has two. */
export const triggerNamesMayRepeat: boolean = true

/** A filter named Name finds every name that contains the value. */
export const nameFilterMatches = (name: string, value: string) => name.includes(value)

/** Lists begin with the newest, so that what is made while pages are read shifts them. */
export const inListOrder = <T>(oldestFirst: Iterable<T>): T[] => [...oldestFirst].reverse()

/** A function is not changed or deleted while a release of it is in progress. */
export const releaseInProgress = (id: string) =>
  statusConflict(`A release of the function ${id} is in progress; wait for its end or abort it.`)

/** A release whose revision has a part of the traffic only is done, but has to be finished or aborted before the next. */
export const releaseUnfinished = (id: string) =>
  statusConflict(`A release of the function ${id} has a part of the traffic only; finish it or abort it.`)

/** UpdateRelease and AbortRelease without a release to change. */
export const nothingToChange = (id: string) => invalidOperation(`There is no release of the function ${id} to change.`)

/** What is told of a release that was aborted: no status of its own is published. */
export const abortedRelease = {
  status: 'failed',
  recordStatus: 'rollbacked',
  message: 'The release was aborted.',
} as const

/** A function with triggers is not deleted. */
export const functionHasTriggers = (id: string, count: number) =>
  invalidOperation(`The function ${id} has ${count} triggers; delete them first.`)

export const noCode = (id: string) => invalidRequest(`The function ${id} has no code yet.`)

export const nothingUploaded = (id: string) => invalidRequest(`Nothing has been uploaded for the function ${id}.`)

/** CodeSizeLimit is in MB. Cpu is an integer in every SDK: whole cores, at half a core for 1 GB. */
export const codeSizeLimit = (bytes: number) => bytes / 1024 / 1024
export const cpuOf = (memoryMb: number) => Math.ceil(memoryMb / 2048)

/** Values that are shown and whose list is not published. */
export const functionType = 'event'
export const resourceStatus = 'normal'

/** Who everything belongs to. */
export const accountId = '2100000000'

/** An address for uploads is good for so long, and once. */
export const uploadSeconds = 900

/** What UpdateFunctionResource sets where it says nothing: the documented defaults, not what was there before. */
export const omittedResource = { MinInstance: 0, MaxInstance: 10, ReservedFrozenInstance: 0 }
