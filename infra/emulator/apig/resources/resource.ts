/**
 * The common fields of all resources of APIG. Fields with a capital letter are the cloud's; the others are internal to
 * the emulator and no action shows them.
 */
export interface Resource {
  Id: string
  /** It is invisible in other regions. */
  region: string
  /** Lists show it from this time on, in milliseconds since 1970. */
  hiddenUntil?: number | undefined
  /** Only gateways and services have a status. */
  Status?: Status
  /** The next status, and its time in milliseconds since 1970; `GONE` removes the resource. */
  next?: { status: Status | 'GONE'; at: number } | undefined
}

export type Status = 'Creating' | 'CreatedFailed' | 'Running' | 'Deleting' | 'DeletedFailed'
