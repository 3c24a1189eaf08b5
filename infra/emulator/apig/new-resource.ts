import { randomBytes } from 'node:crypto'
import { timestamp } from '../openapi/envelope.ts'
import type { ApiCall } from '../openapi/gateway.ts'
import type { Apig } from './action.ts'
import { notInWhitelist } from './assumptions.ts'
import { quotaExceeded } from './errors.ts'

/** @throws ApiError when a scripted fault, or a quota, forbids one more beside those that there are */
export function admitCreation(apig: Apig, call: ApiCall, what: string, present: readonly object[], most: number): void {
  if (apig.faults.take(call.action, 'NotInWhitelist')) throw notInWhitelist(what)
  if (apig.faults.take(call.action, 'NoQuota')) throw quotaExceeded(what, present.length)
  if (present.length >= most) throw quotaExceeded(what, most)
}

/** What a new resource begins with, CreateTime among it. */
export function newResource(apig: Apig, call: ApiCall, prefix: string) {
  const now = apig.clock.now()
  const hidden = apig.faults.take(call.action, 'HideNew')
  return {
    Id: newId(prefix),
    region: call.region,
    hiddenUntil: hidden && now + hidden.Seconds * 1000,
    CreateTime: timestamp(now),
  }
}

/** An id as APIG makes them: the prefix of its kind, then 20 lower-case letters and digits. */
function newId(prefix: string): string {
  return prefix + Array.from(randomBytes(20), (byte) => (byte % 36).toString(36)).join('')
}
