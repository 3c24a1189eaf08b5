import { action } from '../../shared/handler/action.ts'
import { initializer as initialize } from '../../shared/handler/initializer.ts'
import { deleteSandbox } from '../../shared/manager/delete-sandbox.ts'
import { openConnection } from '../../shared/manager/open-connection.ts'
import { DeleteSandboxInput } from './input.ts'

/** Deletes a sandbox permanently, with its desktop and data. */
export const handler = action({
  name: 'DeleteSandbox',
  input: DeleteSandboxInput,
  run: ({ SandboxId }, call) => deleteSandbox(call, SandboxId),
})

export const initializer = initialize(openConnection)
