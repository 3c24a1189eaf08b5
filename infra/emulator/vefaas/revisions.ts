import * as v from 'valibot'
import { timestamp } from '../openapi/envelope.ts'
import { type Action, action, type Vefaas } from './action.ts'
import { inListOrder, noCode } from './assumptions.ts'
import { resourceNotFound } from './errors.ts'
import { integer, text } from './fields.ts'
import { describeSettings, type FunctionRecord, type Revision } from './function.ts'
import { pageOf, paging } from './pages.ts'

/**
 * The function as it is now.
 * @throws ApiError 400 InvalidRequest when it has no code
 */
export function newRevision(vefaas: Vefaas, record: FunctionRecord, description: string): Revision {
  if (!record.code) throw noCode(record.Id)
  return {
    number: record.revisions.length + 1,
    description,
    settings: record.settings,
    code: record.code,
    createdAt: timestamp(vefaas.clock.now()),
  }
}

/** @throws ApiError 404 ResourceNotFound */
export function findRevision(record: FunctionRecord, wanted: number): Revision {
  const revision = record.revisions.find(({ number }) => number === wanted)
  if (!revision) throw resourceNotFound('revision', wanted)
  return revision
}

export const getRevision: Action = action(
  v.object({ FunctionId: text, RevisionNumber: integer(1) }),
  ({ FunctionId, RevisionNumber }, vefaas, { region }) => {
    const record = vefaas.functions.get(FunctionId, region)
    return describeRevision(record, findRevision(record, RevisionNumber))
  },
)

export const listRevisions: Action = action(v.object({ FunctionId: text, ...paging }), (input, vefaas, { region }) => {
  const record = vefaas.functions.get(input.FunctionId, region)
  const { Items, Total } = pageOf(inListOrder(record.revisions), input)
  return { Items: Items.map((revision) => describeRevision(record, revision)), Total }
})

export function describeRevision(record: FunctionRecord, revision: Revision): object {
  return {
    Id: record.Id,
    Name: record.Name,
    RevisionNumber: revision.number,
    RevisionDescription: revision.description,
    RevisionCreationTime: revision.createdAt,
    MaxReplicas: record.resource.MaxInstance,
    ...describeSettings(revision.settings, revision.code),
  }
}
