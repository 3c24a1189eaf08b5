import type { Call } from './ecs/call.ts'
import { translateSandboxErrors } from './ecs/translate-errors.ts'
import { type Changed, changeState, requestChange, type Transition } from './sandbox/transition.ts'

const REBOOT: Transition = {
  action: 'RebootInstance',
  from: 'RUNNING',
  to: 'REBOOTING',
  reached: ['REBOOTING'],
  advice: 'Only a RUNNING sandbox can be rebooted.',
}

/**
 * Restarts the operating system of a sandbox. Two calls to the cloud.
 * @throws {ActionError} `InvalidSandbox.NotFound`, `InvalidSandboxStatus`, and the errors of the cloud
 */
export function rebootSandbox(call: Call, SandboxId: string): Promise<Changed> {
  return translateSandboxErrors(SandboxId, () =>
    changeState(call, SandboxId, REBOOT, () =>
      requestChange(call, REBOOT, SandboxId, { ForceStop: call.config.stop.force }),
    ),
  )
}
