import { type Actions, actionsByVersion } from '../gateway/service.ts'
import type { Action } from './action.ts'
import { createFunction, deleteFunction, getFunction, listFunctions, updateFunction } from './function-actions.ts'
import { getFunctionResource, updateFunctionResource } from './function-resource-actions.ts'
import { getFunctionInstanceLogs, listFunctionInstances } from './instance-actions.ts'
import { createKafkaTrigger, deleteKafkaTrigger, getKafkaTrigger, updateKafkaTrigger } from './kafka-trigger-actions.ts'
import { abortRelease, getReleaseStatus, listReleaseRecords, release, updateRelease } from './release-actions.ts'
import { getRevision, listRevisions } from './revision-actions.ts'
import { createTimer, deleteTimer, getTimer, updateTimer } from './timer-actions.ts'
import { listTriggers } from './trigger-actions.ts'
import { codeUploadCallback, genTempTosObjectUrl, getCodeUploadAddress } from './upload-actions.ts'

/** The emulated actions of veFaaS. */
export const actions: Actions<Action> = actionsByVersion({
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
  // Official tools call these actions; the SDKs do not have them.
  '2021-03-03': {
    CodeUploadCallback: codeUploadCallback,
    GenTempTosObjectUrl: genTempTosObjectUrl,
  },
})
