import * as v from 'valibot'
import { pageOf } from '../gateway/pages.ts'
import { randomName } from '../gateway/random-name.ts'
import { duplicatedResource, invalidParameter, missingParameter, quotaExceeded } from '../gateway/service-errors.ts'
import { type Action, action, type Vefaas } from './action.ts'
import { functionHasTriggers, functionType, inListOrder, nameMatches, releaseInProgress } from './assumptions.ts'
import { functionFields, functionName, pageFields, runtime } from './fields.ts'
import { type FunctionCode, readZip } from './function-code.ts'
import { describeFunction } from './resources/function.ts'
import type { FunctionRecord, FunctionSettings } from './resources/records.ts'

export const createFunction: Action = action(
  v.object({
    Name: functionName,
    Runtime: runtime,
    CpuStrategy: v.optional(v.string()),
    InstanceType: v.optional(v.string()),
    ...functionFields,
  }),
  (input, vefaas, call) => {
    const { Name } = input
    if (vefaas.functions.all().some((other) => other.Name === Name)) throw duplicatedResource('function', Name)
    const { functions: quota } = vefaas.quotas
    if (vefaas.functions.size >= quota || vefaas.faults.take(call.action, 'NoQuota')) {
      throw quotaExceeded('functions', quota)
    }
    const now = vefaas.clock.now()
    const hidden = vefaas.faults.take(call.action, 'HideNew')?.Seconds ?? 0
    const record: FunctionRecord = {
      Id: newId(vefaas),
      Name,
      region: call.region,
      createdAt: now,
      hiddenUntil: now + hidden * 1000,
      updatedAt: now,
      Description: '',
      ProjectName: 'default',
      Tags: [],
      settings: {
        ...defaultSettings,
        Runtime: input.Runtime,
        CpuStrategy: input.CpuStrategy ?? '',
        InstanceType: input.InstanceType ?? '',
      },
      code: undefined,
      resource: { MinInstance: 0, MaxInstance: 10, ReservedFrozenInstance: 0 },
      revisions: [],
      releases: [],
      stable: undefined,
      canary: undefined,
      weight: 0,
      owedWeight: 0,
      timers: new Map(),
      kafkaTriggers: new Map(),
    }
    applyChanges(vefaas, record, input)
    vefaas.functions.put(record)
    return { ...describeFunction(record), Tags: record.Tags, FunctionType: functionType }
  },
)

/** Replaces the given settings, lists as a whole. A change has no effect on calls before the next Release. */
export const updateFunction: Action = action(
  v.object({ Id: v.string(), ...functionFields }),
  (input, vefaas, { region }) => {
    const record = vefaas.functions.get(input.Id, region)
    if (record.releases.at(-1)?.Status === 'inprogress') throw releaseInProgress(record.Id)
    applyChanges(vefaas, record, input)
    record.updatedAt = vefaas.clock.now()
    return { ...describeFunction(record), Tags: record.Tags, FunctionType: functionType }
  },
)

/** Without Tags: the published model of its response has none, unlike that of ListFunctions. */
export const getFunction: Action = action(v.object({ Id: v.string() }), ({ Id }, vefaas, { region }) =>
  describeFunction(vefaas.functions.get(Id, region)),
)

export const listFunctions: Action = action(
  v.object({
    ...pageFields,
    Filters: v.optional(
      v.array(v.object({ Name: v.picklist(['Id', 'Ids', 'Name']), Values: v.array(v.string()) })),
      [],
    ),
    TagFilters: v.optional(v.array(v.object({ Key: v.string(), Values: v.optional(v.array(v.string()), []) })), []),
  }),
  (input, vefaas, { region }) => {
    const shown = inListOrder(vefaas.functions.listed(region)).filter(
      (record) =>
        input.Filters.every(({ Name, Values }) =>
          Values.some((value) => (Name === 'Name' ? nameMatches(record.Name, value) : record.Id === value)),
        ) &&
        input.TagFilters.every(({ Key, Values }) => {
          const tag = record.Tags.find((one) => one.Key === Key)
          return tag !== undefined && (Values.length === 0 || Values.includes(tag.Value))
        }),
    )
    return pageOf(shown, input, describeItem)
  },
)

export const deleteFunction: Action = action(v.object({ Id: v.string() }), ({ Id }, vefaas, { region }) => {
  const record = vefaas.functions.get(Id, region)
  const triggers = record.timers.size + record.kafkaTriggers.size
  if (triggers > 0) throw functionHasTriggers(Id, triggers)
  if (record.releases.at(-1)?.Status === 'inprogress') throw releaseInProgress(Id)
  vefaas.functions.remove(record)
  return {}
})

function describeItem(record: FunctionRecord): object {
  const { AsyncTaskConfig, ...described } = describeFunction(record)
  return { ...described, Tags: record.Tags, FunctionType: functionType }
}

/** From the veFaaS API reference, CreateFunction. Features without a documented default are off. */
const defaultSettings: FunctionSettings = {
  Runtime: '',
  SourceType: 'zip',
  Source: '',
  Command: '',
  Port: 0,
  MemoryMB: 1024,
  CpuMilli: 0,
  CpuStrategy: '',
  InstanceType: '',
  RequestTimeout: 30,
  InitializerSec: 30,
  ExclusiveMode: false,
  MaxConcurrency: 100,
  Envs: [],
  Role: '',
  VpcConfig: { EnableVpc: false },
  TlsConfig: { EnableLog: false },
  TosMountConfig: { EnableTos: false },
  NasStorage: { EnableNas: false },
  AsyncTaskConfig: { EnableAsyncTask: false },
  EnableApmplus: false,
}

type Input = v.InferOutput<v.ObjectSchema<typeof functionFields, undefined>>

/** Applies all changes, or none if one is invalid. */
function applyChanges(vefaas: Vefaas, record: FunctionRecord, input: Input): void {
  const { Source, SourceType = record.settings.SourceType } = input
  if (SourceType === 'image' && record.settings.Runtime !== 'native/v1') {
    throw invalidParameter('Runtime', 'SourceType image requires native/v1')
  }
  if (input.SourceType !== undefined && input.SourceType !== 'zip' && !Source) throw missingParameter('Source')
  if (Source) record.code = codeOf(vefaas, SourceType, Source)

  const { settings } = record
  const given = Object.entries(input).filter(([name, value]) => name in settings && value !== undefined)
  record.settings = {
    ...settings,
    ...Object.fromEntries(given),
    SourceType,
    Source: newSource(settings, SourceType, Source),
  }
  record.Description = input.Description ?? record.Description
  record.ProjectName = input.ProjectName ?? record.ProjectName
  record.Tags = input.Tags ?? record.Tags
}

/** What GetFunction shows as the source: never the base64 text of a zip. */
function newSource(old: FunctionSettings, type: FunctionSettings['SourceType'], source: string | undefined): string {
  if (source && type !== 'zip') return source
  return type === old.SourceType ? old.Source : ''
}

function codeOf(vefaas: Vefaas, type: FunctionSettings['SourceType'], source: string): FunctionCode {
  if (type === 'zip') return readZip(source)
  return type === 'tos' ? vefaas.uploads.codeOfObject(source) : { image: source }
}

/** Eight letters and digits, such as nwwzoaq1. */
function newId(vefaas: Vefaas): string {
  const id = randomName(8)
  return vefaas.functions.findInAnyRegion(id) ? newId(vefaas) : id
}
