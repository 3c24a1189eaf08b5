import { action } from '../../shared/handler/action.ts'
import { deleteSandbox } from '../../shared/manager/delete-sandbox.ts'
import { DeleteSandboxInput } from './input.ts'

/** Deletes a sandbox permanently, with its desktop and data. */
export const handler = action({
  name: 'DeleteSandbox',
  input: DeleteSandboxInput,
  run: ({ SandboxId }, call) => deleteSandbox(call, SandboxId),
})

export { initializer } from '../../shared/manager/initializer.ts'
