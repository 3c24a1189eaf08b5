import { initializer as initialize } from '../../shared/handler/initializer.ts'
import { timer } from '../../shared/handler/timer.ts'
import { cleanupSandboxes } from '../../shared/manager/cleanup-sandboxes.ts'
import { openConnection } from '../../shared/manager/open-connection.ts'
import { CleanupInput } from './input.ts'

/** Deletes the sandboxes that should be gone, and expired VNC tokens. */
export const handler = timer({
  name: 'CleanupSandboxes',
  input: CleanupInput,
  run: ({ DryRun }, call) => cleanupSandboxes(call, DryRun),
})

export const initializer = initialize(openConnection)
