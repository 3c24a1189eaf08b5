import type { ApiCall } from '../gateway/gateway.ts'
import type { ResourceTable } from '../gateway/resource-table.ts'
import type { Apig } from './action.ts'
import type { Resource } from './resources/resource.ts'

/** Sets a gateway or a service to Deleting. It is removed after `deleteSeconds`, unless a scripted fault keeps it. */
export function startDeletion<T extends Resource>(
  apig: Apig,
  call: ApiCall,
  table: ResourceTable<T>,
  resource: T,
): void {
  const failed = apig.faults.take(call.action, 'FailDeleting')
  const stuck = apig.faults.take(call.action, 'StuckDeleting')
  const seconds = stuck ? 'never' : apig.delays.deleteSeconds
  table.move(resource, 'Deleting', failed ? 'DeletedFailed' : 'GONE', seconds)
}
