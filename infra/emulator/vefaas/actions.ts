import type { Action } from './action.ts'
import { getFunctionResource, updateFunctionResource } from './function-resource.ts'
import { createFunction, deleteFunction, getFunction, listFunctions, updateFunction } from './functions.ts'
import { getFunctionInstanceLogs, listFunctionInstances } from './instances.ts'
import { createKafkaTrigger, deleteKafkaTrigger, getKafkaTrigger, updateKafkaTrigger } from './kafka-triggers.ts'
import { abortRelease, getReleaseStatus, listReleaseRecords, release, updateRelease } from './releases.ts'
import { getRevision, listRevisions } from './revisions.ts'
import { createTimer, deleteTimer, getTimer, updateTimer } from './timers.ts'
import { listTriggers } from './triggers.ts'
import { codeUploadCallback, genTempTosObjectUrl, getCodeUploadAddress } from './uploads.ts'

/** The actions of veFaaS that are emulated, by the version of the API that has them. */
const versions: Record<string, Record<string, Action>> = {
  '2024-06-06': {
    CreateFunction: createFunction,
    UpdateFunction: updateFunction,
    GetFunction: getFunction,
    ListFunctions: listFunctions,
    DeleteFunction: deleteFunction,
    GetFunctionResource: getFunctionResource,
    UpdateFunctionResource: updateFunctionResource,
    GetCodeUploadAddress: getCodeUploadAddress,
    Release: release,
    GetReleaseStatus: getReleaseStatus,
    UpdateRelease: updateRelease,
    AbortRelease: abortRelease,
    ListReleaseRecords: listReleaseRecords,
    GetRevision: getRevision,
    ListRevisions: listRevisions,
    ListTriggers: listTriggers,
    CreateTimer: createTimer,
    UpdateTimer: updateTimer,
    GetTimer: getTimer,
    DeleteTimer: deleteTimer,
    CreateKafkaTrigger: createKafkaTrigger,
    UpdateKafkaTrigger: updateKafkaTrigger,
    GetKafkaTrigger: getKafkaTrigger,
    DeleteKafkaTrigger: deleteKafkaTrigger,
    ListFunctionInstances: listFunctionInstances,
    GetFunctionInstanceLogs: getFunctionInstanceLogs,
  },
  // Actions that tools call and the SDKs do not have.
  '2021-03-03': {
    CodeUploadCallback: codeUploadCallback,
    GenTempTosObjectUrl: genTempTosObjectUrl,
  },
}

export const actions: ReadonlyMap<string, { version: string; run: Action }> = new Map(
  Object.entries(versions).flatMap(([version, byName]) =>
    Object.entries(byName).map(([name, run]): [string, { version: string; run: Action }] => [name, { version, run }]),
  ),
)
