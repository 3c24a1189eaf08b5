/** A change of status at a time, in milliseconds since 1970. `GONE` is no status: the resource is removed. */
export interface Transition<S extends string> {
  status: S | 'GONE'
  at: number
}

/** A resource whose status changes with the clock. No timer runs: `settleTransition` applies a change that is due. */
export interface Transitional<S extends string> {
  Status?: S
  /** Undefined: the status does not change by itself. */
  next?: Transition<S> | undefined
}

/** Sets the status now, and `next` after `seconds`. `never`, of scripted faults, keeps the first status. */
export function startTransition<S extends string>(
  resource: Transitional<S>,
  status: S,
  next: S | 'GONE',
  seconds: number | 'never',
  now: number,
): void {
  resource.Status = status
  resource.next = seconds === 'never' ? undefined : { status: next, at: now + seconds * 1000 }
}

/** Applies the transition of a resource if it is due, and returns it. */
export function settleTransition<S extends string>(resource: Transitional<S>, now: number): Transition<S> | undefined {
  const { next } = resource
  if (!next || next.at > now) return undefined
  resource.next = undefined
  if (next.status !== 'GONE') resource.Status = next.status
  return next
}
