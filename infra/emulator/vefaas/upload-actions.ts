import * as v from 'valibot'
import { integer } from '../gateway/body-schemas.ts'
import { type Action, action } from './action.ts'
import { releaseInProgress } from './assumptions.ts'
import { maxTosBytes } from './function-code.ts'

export const getCodeUploadAddress: Action = action(
  v.object({ FunctionId: v.string(), ContentLength: integer(1, maxTosBytes) }),
  ({ FunctionId, ContentLength }, vefaas, { region }) => {
    const { Id } = vefaas.functions.get(FunctionId, region)
    return { UploadAddress: vefaas.url + vefaas.uploads.addressForFunction(Id, ContentLength) }
  },
)

export const codeUploadCallback: Action = action(
  v.object({ FunctionId: v.string() }),
  ({ FunctionId }, vefaas, { region }) => {
    const record = vefaas.functions.get(FunctionId, region)
    if (record.releases.at(-1)?.Status === 'inprogress') throw releaseInProgress(record.Id)
    record.code = vefaas.uploads.takeFunctionCode(record.Id)
    record.settings = { ...record.settings, SourceType: 'zip', Source: '' }
    record.updatedAt = vefaas.clock.now()
    return {}
  },
)

export const genTempTosObjectUrl: Action = action(v.object({}), (_input, vefaas) => {
  const { path, source } = vefaas.uploads.addressForObject()
  return { OuterSourceLocation: vefaas.url + path, InnerSourceLocation: source }
})
