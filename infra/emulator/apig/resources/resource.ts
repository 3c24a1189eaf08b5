/**
 * What everything in an account of APIG has in common. Fields with a capital are the cloud's; the others are kept for the
 * emulator, and no action shows them as they are.
 */
export interface Resource {
  Id: string
  /** Where it is; nobody sees it from another region. */
  region: string
  /** Milliseconds since 1970 until which no list shows it. */
  hiddenUntil?: number | undefined
  /** Of gateways and services, which come and go by and by. */
  Status?: Status
  /** The status that it comes to, and when, in milliseconds since 1970; `GONE` ends it. */
  next?: { status: Status | 'GONE'; at: number } | undefined
}

/** What a gateway or a service can be. */
export type Status = 'Creating' | 'CreatedFailed' | 'Running' | 'Deleting' | 'DeletedFailed'
