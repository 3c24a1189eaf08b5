import { timer } from '../../shared/handler/timer.ts'
import { cleanupSandboxes } from '../../shared/manager/cleanup-sandboxes.ts'
import { CleanupInput } from './input.ts'

/** Deletes the sandboxes that should be gone, and expired VNC tokens. */
export const handler = timer({
  name: 'CleanupSandboxes',
  input: CleanupInput,
  run: ({ DryRun }, call) => cleanupSandboxes(call, DryRun),
})

export { initializer } from '../../shared/manager/initializer.ts'
