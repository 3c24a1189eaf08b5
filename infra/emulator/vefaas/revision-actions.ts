import * as v from 'valibot'
import { integer } from '../gateway/body-schemas.ts'
import { pageOf } from '../gateway/pages.ts'
import { type Action, action } from './action.ts'
import { inListOrder } from './assumptions.ts'
import { pageFields, unknownFilters } from './fields.ts'
import { describeRevision, findRevision } from './resources/revision.ts'

export const getRevision: Action = action(
  v.object({ FunctionId: v.string(), RevisionNumber: integer(1) }),
  ({ FunctionId, RevisionNumber }, vefaas, { region }) => {
    const record = vefaas.functions.get(FunctionId, region)
    return describeRevision(record, findRevision(record, RevisionNumber))
  },
)

export const listRevisions: Action = action(
  v.object({ FunctionId: v.string(), ...unknownFilters, ...pageFields }),
  (input, vefaas, { region }) => {
    const record = vefaas.functions.get(input.FunctionId, region)
    return pageOf(inListOrder(record.revisions), input, (revision) => describeRevision(record, revision))
  },
)
