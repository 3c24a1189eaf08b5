import * as v from 'valibot'
import { action } from '../../shared/handler/action.ts'
import { initializer as initialize } from '../../shared/handler/initializer.ts'
import { SandboxId } from '../../shared/handler/parameters.ts'
import { openConnection, terminals } from '../../shared/manager/index.ts'

/** Opens the way to the desktop of a sandbox that is RUNNING. */
export const handler = action({
  name: 'DescribeSandboxTerminalUrl',
  input: v.object({ SandboxId }),
  run: ({ SandboxId }, call) => terminals(call).open(SandboxId),
})

export const initializer = initialize(openConnection)
