import { action } from '../../shared/handler/action.ts'
import { initializer as initialize } from '../../shared/handler/initializer.ts'
import { createSandbox } from '../../shared/manager/create-sandbox.ts'
import { openConnection } from '../../shared/manager/open-connection.ts'
import { CreateSandboxInput } from './input.ts'

/** Creates a sandbox and returns its id at once, before the machine has booted. */
export const handler = action({
  name: 'CreateSandbox',
  input: CreateSandboxInput,
  run: (input, call) => createSandbox(call, input),
})

export const initializer = initialize(openConnection)
