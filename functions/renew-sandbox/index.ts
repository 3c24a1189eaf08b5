import { action } from '../../shared/handler/action.ts'
import { initializer as initialize } from '../../shared/handler/initializer.ts'
import { openConnection } from '../../shared/manager/open-connection.ts'
import { renewSandbox } from '../../shared/manager/renew-sandbox.ts'
import { RenewSandboxInput } from './input.ts'

/** Sets a new end of a sandbox, in seconds from now. */
export const handler = action({
  name: 'RenewSandbox',
  input: RenewSandboxInput,
  run: ({ SandboxId, LifetimeSeconds }, call) => renewSandbox(call, SandboxId, LifetimeSeconds),
})

export const initializer = initialize(openConnection)
