import { action } from '../../shared/handler/action.ts'
import { describeSandboxTerminalUrl } from '../../shared/manager/describe-sandbox-terminal-url.ts'
import { DescribeSandboxTerminalUrlInput } from './input.ts'

/** Gives access to the desktop of a sandbox that is RUNNING. */
export const handler = action({
  name: 'DescribeSandboxTerminalUrl',
  input: DescribeSandboxTerminalUrlInput,
  run: ({ SandboxId }, call) => describeSandboxTerminalUrl(call, SandboxId),
})

export { initializer } from '../../shared/manager/initializer.ts'
