import type { Resource as TableResource } from '../../gateway/resource-table.ts'

/** The common fields of all resources of APIG. Only gateways and services have a status. */
export interface Resource extends TableResource<Status> {
  Id: string
}

export type Status = 'Creating' | 'CreatedFailed' | 'Running' | 'Deleting' | 'DeletedFailed'
