import type { ApiCall } from '../gateway/gateway.ts'
import { quotaExceeded } from '../gateway/service-errors.ts'
import type { Vefaas } from './action.ts'
import type { FunctionRecord } from './resources/records.ts'

/** @throws ApiError 400 QuotaExceeded if a function cannot have another trigger */
export function checkTriggerQuota(vefaas: Vefaas, record: FunctionRecord, { action: name }: ApiCall): void {
  const { triggersPerFunction: quota } = vefaas.quotas
  if (record.timers.size + record.kafkaTriggers.size >= quota || vefaas.faults.take(name, 'NoQuota')) {
    throw quotaExceeded('triggers of a function', quota)
  }
}
