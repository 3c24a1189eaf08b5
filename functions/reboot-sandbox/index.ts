import { action } from '../../shared/handler/action.ts'
import { rebootSandbox } from '../../shared/manager/reboot-sandbox.ts'
import { RebootSandboxInput } from './input.ts'

/** Restarts the operating system of a sandbox. */
export const handler = action({
  name: 'RebootSandbox',
  input: RebootSandboxInput,
  run: ({ SandboxId }, call) => rebootSandbox(call, SandboxId),
})

export { initializer } from '../../shared/manager/initializer.ts'
