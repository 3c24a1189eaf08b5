import * as v from 'valibot'
import { action } from '../../shared/handler/action.ts'
import { initializer as initialize } from '../../shared/handler/initializer.ts'
import { SandboxId } from '../../shared/handler/sandbox-id.ts'
import { openConnection } from '../../shared/manager/cloud.ts'
import { deleteSandbox } from '../../shared/manager/delete.ts'

/** Deletes a sandbox for good, desktop and data. */
export const handler = action({
  name: 'DeleteSandbox',
  input: v.object({ SandboxId }),
  run: ({ SandboxId }, call) => deleteSandbox(call, SandboxId),
})

export const initializer = initialize(openConnection)
