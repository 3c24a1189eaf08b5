import { action } from '../../shared/handler/action.ts'
import { initializer as initialize } from '../../shared/handler/initializer.ts'
import { describeSandboxTerminalUrl } from '../../shared/manager/describe-sandbox-terminal-url.ts'
import { openConnection } from '../../shared/manager/open-connection.ts'
import { DescribeSandboxTerminalUrlInput } from './input.ts'

/** Gives access to the desktop of a sandbox that is RUNNING. */
export const handler = action({
  name: 'DescribeSandboxTerminalUrl',
  input: DescribeSandboxTerminalUrlInput,
  run: ({ SandboxId }, call) => describeSandboxTerminalUrl(call, SandboxId),
})

export const initializer = initialize(openConnection)
