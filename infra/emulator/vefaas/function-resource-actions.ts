import * as v from 'valibot'
import { integer } from '../gateway/body-schemas.ts'
import { timestamp } from '../gateway/envelope.ts'
import { invalidParameter } from '../gateway/service-errors.ts'
import { type Action, action } from './action.ts'
import { accountId, defaultResource, resourceStatus } from './assumptions.ts'
import { poolSizeOf } from './resources/release.ts'

export const updateFunctionResource: Action = action(
  v.object({
    FunctionId: v.string(),
    MinInstance: v.optional(integer(0)),
    MaxInstance: v.optional(integer(1)),
    ReservedFrozenInstance: v.optional(integer(0)),
  }),
  (input, vefaas, { region }) => {
    const record = vefaas.functions.get(input.FunctionId, region)
    const { MinInstance, MaxInstance, ReservedFrozenInstance } = { ...defaultResource, ...withoutUndefined(input) }
    if (MinInstance > MaxInstance) throw invalidParameter('MinInstance', `it must be at most ${MaxInstance}`)
    if (ReservedFrozenInstance > MinInstance) {
      throw invalidParameter('ReservedFrozenInstance', `it must be at most ${MinInstance}`)
    }
    record.resource = { MinInstance, MaxInstance, ReservedFrozenInstance }
    record.updatedAt = vefaas.clock.now()
    for (const deployment of [record.stable, record.canary]) deployment?.pool.resize(poolSizeOf(record))
    return { Id: record.Id, ...record.resource }
  },
)

/** The resources of the account are invented: they are never exhausted. */
export const getFunctionResource: Action = action(
  v.object({ FunctionId: v.string() }),
  ({ FunctionId }, vefaas, { region }) => {
    const record = vefaas.functions.get(FunctionId, region)
    const { MemoryMB } = record.settings
    return {
      FunctionResource: {
        Id: record.Id,
        Name: record.Name,
        Status: resourceStatus,
        MemoryMB,
        ...record.resource,
        ReservedDPEnabled: false,
        MaxResource: record.resource.MaxInstance * MemoryMB,
        GPUMemoryMB: 0,
        MaxGPUResource: 0,
        LastUpdateTime: timestamp(record.updatedAt),
      },
      // The API spells it "Aailable".
      AccountResource: { AccountId: accountId, Total: 1_048_576, Allocated: 0, Aailable: 1_048_576 },
    }
  },
)

function withoutUndefined<T extends object>(input: T) {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}
