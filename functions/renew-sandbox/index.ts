import { action } from '../../shared/handler/action.ts'
import { renewSandbox } from '../../shared/manager/renew-sandbox.ts'
import { RenewSandboxInput } from './input.ts'

/** Sets a new end of a sandbox, in seconds from now. */
export const handler = action({
  name: 'RenewSandbox',
  input: RenewSandboxInput,
  run: ({ SandboxId, LifetimeSeconds }, call) => renewSandbox(call, SandboxId, LifetimeSeconds),
})

export { initializer } from '../../shared/manager/initializer.ts'
