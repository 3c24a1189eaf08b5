import { initializer as initialize } from '../../shared/handler/initializer.ts'
import { timer } from '../../shared/handler/timer.ts'
import { cleanUp } from '../../shared/manager/cleanup.ts'
import { openConnection } from '../../shared/manager/cloud.ts'
import { CleanupInput } from './input.ts'

/** Deletes the sandboxes that are past their end, and the VNC tokens that have expired. */
export const handler = timer({
  name: 'CleanupSandboxes',
  input: CleanupInput,
  run: ({ DryRun }, call) => cleanUp(call, DryRun),
})

export const initializer = initialize(openConnection)
