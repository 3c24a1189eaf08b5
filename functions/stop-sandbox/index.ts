import { action } from '../../shared/handler/action.ts'
import { stopSandbox } from '../../shared/manager/stop-sandbox.ts'
import { StopSandboxInput } from './input.ts'

/** Shuts a sandbox down and keeps its disk. */
export const handler = action({
  name: 'StopSandbox',
  input: StopSandboxInput,
  run: ({ SandboxId }, call) => stopSandbox(call, SandboxId),
})

export { initializer } from '../../shared/manager/initializer.ts'
