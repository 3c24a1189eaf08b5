import { timestamp } from '../gateway/envelope.ts'
import type { ApiCall } from '../gateway/gateway.ts'
import { randomName } from '../gateway/random-name.ts'
import { quotaExceeded } from '../gateway/service-errors.ts'
import type { Apig } from './action.ts'
import { notInWhitelist } from './assumptions.ts'

/** @throws ApiError when a scripted fault or the quota forbids one more than the `present` resources */
export function admitCreation(apig: Apig, call: ApiCall, what: string, present: readonly object[], max: number): void {
  if (apig.faults.take(call.action, 'NotInWhitelist')) throw notInWhitelist(what)
  if (apig.faults.take(call.action, 'NoQuota')) throw quotaExceeded(what, present.length)
  if (present.length >= max) throw quotaExceeded(what, max)
}

/** The fields that every new resource has. */
export function newResource(apig: Apig, call: ApiCall, prefix: string) {
  const now = apig.clock.now()
  const hidden = apig.faults.take(call.action, 'HideNew')
  return {
    // The form of the ids of APIG: the prefix of the kind, then 20 lower-case letters and digits.
    Id: prefix + randomName(20),
    region: call.region,
    hiddenUntil: hidden && now + hidden.Seconds * 1000,
    CreateTime: timestamp(now),
  }
}
