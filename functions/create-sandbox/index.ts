import { action } from '../../shared/handler/action.ts'
import { createSandbox } from '../../shared/manager/create-sandbox.ts'
import { CreateSandboxInput } from './input.ts'

/** Creates a sandbox and returns its id at once, before the machine has booted. */
export const handler = action({
  name: 'CreateSandbox',
  input: CreateSandboxInput,
  run: (input, call) => createSandbox(call, input),
})

export { initializer } from '../../shared/manager/initializer.ts'
