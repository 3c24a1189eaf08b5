import type { Clock } from '../../gateway/clock.ts'
import { timestamp } from '../../gateway/envelope.ts'
import { resourceNotFound } from '../../gateway/service-errors.ts'
import { noCode } from '../assumptions.ts'
import { describeSettings } from './function.ts'
import type { FunctionRecord, Revision } from './records.ts'

/**
 * Creates a revision of the current state of a function.
 * @throws ApiError 400 InvalidRequest if the function has no code
 */
export function newRevision(clock: Clock, record: FunctionRecord, description: string): Revision {
  if (!record.code) throw noCode(record.Id)
  return {
    number: record.revisions.length + 1,
    description,
    settings: record.settings,
    code: record.code,
    createdAt: timestamp(clock.now()),
  }
}

/** @throws ApiError 404 ResourceNotFound */
export function findRevision(record: FunctionRecord, revisionNumber: number): Revision {
  const revision = record.revisions.find(({ number }) => number === revisionNumber)
  if (!revision) throw resourceNotFound('revision', revisionNumber)
  return revision
}

/** A revision as GetRevision and ListRevisions show it: their models lack some settings of a function. */
export function describeRevision(record: FunctionRecord, revision: Revision): object {
  const { Command, Port, Cpu, CpuStrategy, EnableApmplus, ...settings } = describeSettings(
    revision.settings,
    revision.code,
  )
  return {
    Id: record.Id,
    Name: record.Name,
    RevisionNumber: revision.number,
    RevisionDescription: revision.description,
    RevisionCreationTime: revision.createdAt,
    MaxReplicas: record.resource.MaxInstance,
    ...settings,
  }
}
