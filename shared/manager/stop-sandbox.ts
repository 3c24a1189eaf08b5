import type { Call } from './ecs/call.ts'
import { translateSandboxErrors } from './ecs/translate-errors.ts'
import { type Changed, changeState, requestChange, type Transition } from './sandbox/transition.ts'

const STOP: Transition = {
  action: 'StopInstance',
  from: 'RUNNING',
  to: 'STOPPING',
  reached: ['STOPPING', 'STOPPED'],
  advice: 'Only a RUNNING sandbox can be stopped.',
}

/**
 * Shuts a sandbox down and keeps its disk. Its lifetime goes on. Two calls to the cloud. Whether ECS stops charging for the
 * machine depends on the account and the type; `StoppedMode` of DescribeSandboxes shows it once the sandbox is STOPPED.
 * @throws {ActionError} `InvalidSandbox.NotFound`, `InvalidSandboxStatus`, and the errors of the cloud
 */
export function stopSandbox(call: Call, SandboxId: string): Promise<Changed> {
  const { mode, force } = call.config.stop
  return translateSandboxErrors(SandboxId, () =>
    changeState(call, SandboxId, STOP, () =>
      requestChange(call, STOP, SandboxId, { StoppedMode: mode, ForceStop: force }),
    ),
  )
}
