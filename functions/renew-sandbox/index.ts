import * as v from 'valibot'
import { action } from '../../shared/handler/action.ts'
import { initializer as initialize } from '../../shared/handler/initializer.ts'
import { wholeSeconds } from '../../shared/handler/parameters.ts'
import { SandboxId } from '../../shared/handler/sandbox-id.ts'
import { openConnection } from '../../shared/manager/cloud.ts'
import { renewSandbox } from '../../shared/manager/renew.ts'

/** Sets the end of a sandbox anew, so many seconds from now. */
export const handler = action({
  name: 'RenewSandbox',
  input: v.object({ SandboxId, LifetimeSeconds: wholeSeconds() }),
  run: ({ SandboxId, LifetimeSeconds }, call) => renewSandbox(call, SandboxId, LifetimeSeconds),
})

export const initializer = initialize(openConnection)
