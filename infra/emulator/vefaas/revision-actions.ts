import * as v from 'valibot'
import { type Action, action } from './action.ts'
import { inListOrder } from './assumptions.ts'
import { integer } from './fields.ts'
import { pageFields, pageOf, unknownFilters } from './pages.ts'
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
    const { Items, Total } = pageOf(inListOrder(record.revisions), input)
    return { Items: Items.map((revision) => describeRevision(record, revision)), Total }
  },
)
