import { action } from '../../shared/handler/action.ts'
import { initializer as initialize } from '../../shared/handler/initializer.ts'
import { openConnection } from '../../shared/manager/cloud.ts'
import { openTerminal } from '../../shared/manager/open-terminal.ts'
import { DescribeSandboxTerminalUrlInput } from './input.ts'

/** Opens the way to the desktop of a sandbox that is RUNNING. */
export const handler = action({
  name: 'DescribeSandboxTerminalUrl',
  input: DescribeSandboxTerminalUrlInput,
  run: ({ SandboxId }, call) => openTerminal(call, SandboxId),
})

export const initializer = initialize(openConnection)
