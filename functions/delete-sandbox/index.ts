import * as v from 'valibot'
import { action } from '../../shared/handler/action.ts'
import { initializer as initialize } from '../../shared/handler/initializer.ts'
import { SandboxId } from '../../shared/handler/parameters.ts'
import { openConnection, sandboxes } from '../../shared/manager/index.ts'

/** Deletes a sandbox for good, desktop and data. */
export const handler = action({
  name: 'DeleteSandbox',
  input: v.object({ SandboxId }),
  run: ({ SandboxId }, call) => sandboxes(call).delete(SandboxId),
})

export const initializer = initialize(openConnection)
