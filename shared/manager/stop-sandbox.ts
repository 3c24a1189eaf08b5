import type { Call } from './ecs/call.ts'
import { type Instance, untagInstance } from './ecs/instances.ts'
import { translateSandboxErrors } from './ecs/translate-errors.ts'
import { tagOf } from './sandbox/lifetime.ts'
import { STOPPED_BY_TAG } from './sandbox/stopped-by.ts'
import { type Changed, changeState, requestChange, type Transition } from './sandbox/transition.ts'

const STOP: Transition = {
  action: 'StopInstance',
  from: 'RUNNING',
  to: 'STOPPING',
  reached: ['STOPPING', 'STOPPED'],
  advice: 'Only a RUNNING sandbox can be stopped.',
}

/**
 * Shuts a sandbox down and keeps its disk. Its lifetime goes on. Two calls to the cloud; three if the tag of an earlier stop
 * must be removed. Whether ECS stops charging for the machine depends on the account and the type; `StoppedMode` of
 * DescribeSandboxes shows it once the sandbox is STOPPED.
 * @throws {ActionError} `InvalidSandbox.NotFound`, `InvalidSandboxStatus`, and the errors of the cloud
 */
export function stopSandbox(call: Call, SandboxId: string): Promise<Changed> {
  return translateSandboxErrors(SandboxId, () => changeState(call, SandboxId, STOP, (instance) => stop(call, instance)))
}

async function stop(call: Call, instance: Instance): Promise<void> {
  const { mode, force } = call.config.stop
  // The machine was started in the console, or a run of the clean-up was killed before it stopped the machine.
  if (tagOf(instance, STOPPED_BY_TAG) !== undefined) await untagInstance(call, instance.id, [STOPPED_BY_TAG])
  await requestChange(call, STOP, instance.id, { StoppedMode: mode, ForceStop: force })
}
