import { timestamp } from '../../gateway/envelope.ts'
import { accountId, codeSizeLimit, cpuOf } from '../assumptions.ts'
import { type FunctionCode, maxTosBytes, maxZipBytes } from '../function-code.ts'
import type { FunctionRecord, FunctionSettings } from './records.ts'

/** A function as CreateFunction, UpdateFunction and GetFunction show it. */
export function describeFunction(record: FunctionRecord) {
  return {
    Id: record.Id,
    Name: record.Name,
    Description: record.Description,
    ProjectName: record.ProjectName,
    ...describeSettings(record.settings, record.code),
    Owner: accountId,
    TriggersCount: record.timers.size + record.kafkaTriggers.size,
    CreationTime: timestamp(record.createdAt),
    LastUpdateTime: timestamp(record.updatedAt),
  }
}

/** Stops the timers and the processes of a function. Running calls fail. */
export function stopFunction(record: FunctionRecord): void {
  for (const timer of record.timers.values()) timer.running?.close()
  for (const deployment of [record.stable, record.canary]) deployment?.close()
  record.stable = undefined
  record.canary = undefined
}

/** Without CpuMilli: it can be set, but the published models of responses do not contain it. */
export function describeSettings({ CpuMilli, ...settings }: FunctionSettings, code: FunctionCode | undefined) {
  return {
    ...settings,
    Cpu: cpuOf(settings.MemoryMB),
    CodeSize: code && 'zip' in code ? code.zip.length : 0,
    CodeSizeLimit: codeSizeLimit(settings.SourceType === 'tos' ? maxTosBytes : maxZipBytes),
    SourceLocation: settings.Source,
  }
}
