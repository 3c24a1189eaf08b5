import { randomBytes } from 'node:crypto'
import * as v from 'valibot'
import { integer } from '../gateway/body-schemas.ts'
import type { ApiCall } from '../gateway/gateway.ts'
import { pageOf } from '../gateway/pages.ts'
import { invalidOperation, invalidParameter } from '../gateway/service-errors.ts'
import { type Action, action, type Vefaas } from './action.ts'
import {
  defaultTargetTrafficWeight,
  inListOrder,
  noReleaseToChange,
  releaseIncomplete,
  releaseInProgress,
} from './assumptions.ts'
import { description, pageFields, unknownFilters } from './fields.ts'
import { cancelRelease, describeRelease, describeReleaseRecord, isIncomplete, retarget } from './resources/release.ts'
import { findRevision, newRevision } from './resources/revision.ts'
import { type ReleasePlan, startRelease } from './start-release.ts'

/** The runtimes that the emulator supports. All of them run with the emulator's own Node.js. */
const supportedRuntimes = ['node20/v1', 'node14/v1', 'nodeprime14/v1']

export const release: Action = action(
  v.object({
    FunctionId: v.string(),
    RevisionNumber: integer(0),
    TargetTrafficWeight: v.optional(integer(0, 100), defaultTargetTrafficWeight),
    RollingStep: v.optional(integer(1, 100), 10),
    MinInstance: v.optional(integer(0)),
    MaxInstance: v.optional(integer(1)),
    Description: v.optional(description, ''),
  }),
  (input, vefaas, call) => {
    const record = vefaas.functions.get(input.FunctionId, call.region)
    if (record.releases.at(-1)?.Status === 'inprogress') throw releaseInProgress(record.Id)
    if (isIncomplete(record)) throw releaseIncomplete(record.Id)
    const { MinInstance = record.resource.MinInstance, MaxInstance = record.resource.MaxInstance } = input
    if (MinInstance > MaxInstance) throw invalidParameter('MinInstance', `it must be at most ${MaxInstance}`)

    const { RevisionNumber, Description } = input
    const revision =
      RevisionNumber === 0 ? newRevision(vefaas.clock, record, Description) : findRevision(record, RevisionNumber)
    const { code, settings } = revision
    if (!('zip' in code) || !supportedRuntimes.includes(settings.Runtime)) {
      throw invalidOperation(
        `The emulator only runs zips with ${supportedRuntimes.join(', ')}, not ${settings.Runtime}.`,
      )
    }
    const ReservedFrozenInstance = Math.min(record.resource.ReservedFrozenInstance, MinInstance)
    record.resource = { MinInstance, MaxInstance, ReservedFrozenInstance }
    startRelease(vefaas, record, {
      Id: randomBytes(6).toString('hex'),
      revision,
      zip: code.zip,
      description: Description,
      targetWeight: input.TargetTrafficWeight,
      rollingStep: input.RollingStep,
      ...applyFaults(vefaas, call),
    })
    if (RevisionNumber === 0) record.revisions.push(revision)
    return describeRelease(record)
  },
)

export const getReleaseStatus: Action = action(v.object({ FunctionId: v.string() }), (input, vefaas, { region }) =>
  describeRelease(vefaas.functions.get(input.FunctionId, region)),
)

export const updateRelease: Action = action(
  v.object({ FunctionId: v.string(), TargetTrafficWeight: integer(0, 100) }),
  ({ FunctionId, TargetTrafficWeight }, vefaas, { region }) => {
    const record = vefaas.functions.get(FunctionId, region)
    const latest = record.releases.at(-1)
    if (!record.canary || !latest) throw noReleaseToChange(FunctionId)
    retarget(latest, record.weight, TargetTrafficWeight, vefaas.clock.now(), vefaas.releaseSeconds)
    return describeRelease(record)
  },
)

/** Async has no effect: the emulator aborts at once. */
export const abortRelease: Action = action(
  v.object({ FunctionId: v.string(), Async: v.optional(v.boolean(), false) }),
  ({ FunctionId }, vefaas, { region }) => {
    const record = vefaas.functions.get(FunctionId, region)
    const latest = record.releases.at(-1)
    if (!record.canary || !latest) throw noReleaseToChange(FunctionId)
    cancelRelease(record, latest, vefaas.clock.now())
    return describeRelease(record)
  },
)

export const listReleaseRecords: Action = action(
  v.object({ FunctionId: v.string(), ...unknownFilters, ...pageFields }),
  (input, vefaas, { region }) => {
    const record = vefaas.functions.get(input.FunctionId, region)
    return pageOf(inListOrder(record.releases), input, (one) => describeReleaseRecord(record, one))
  },
)

/** The duration of a release and its failure, according to the scripted faults. */
function applyFaults(vefaas: Vefaas, { action: name }: ApiCall): Pick<ReleasePlan, 'seconds' | 'fault'> {
  const { faults } = vefaas
  const failing = faults.take(name, 'FailRelease')
  const seconds = faults.take(name, 'StuckRelease')
    ? 'never'
    : (faults.take(name, 'SlowRelease')?.Seconds ?? vefaas.releaseSeconds)
  const fault = failing && {
    code: failing.ErrorCode,
    message: failing.StatusMessage ?? `Scripted fault: ${failing.ErrorCode}.`,
  }
  return { seconds, fault }
}
