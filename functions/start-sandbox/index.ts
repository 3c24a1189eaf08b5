import { action } from '../../shared/handler/action.ts'
import { startSandbox } from '../../shared/manager/start-sandbox.ts'
import { StartSandboxInput } from './input.ts'

/** Starts a sandbox that is STOPPED. */
export const handler = action({
  name: 'StartSandbox',
  input: StartSandboxInput,
  run: ({ SandboxId }, call) => startSandbox(call, SandboxId),
})

export { initializer } from '../../shared/manager/initializer.ts'
