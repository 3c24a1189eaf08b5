import { event } from '../../shared/handler/event.ts'
import { teardownSandboxes } from '../../shared/manager/teardown-sandboxes.ts'
import { TeardownInput } from './input.ts'

/** Deletes the sandboxes that an event names. */
export const handler = event({
  name: 'TeardownSandboxes',
  input: TeardownInput,
  run: (inputs, call) => teardownSandboxes(call, inputs),
})

export { initializer } from '../../shared/manager/initializer.ts'
