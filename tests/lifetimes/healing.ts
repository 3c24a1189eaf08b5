import type { Instance } from '../../infra/emulator/ecs/instance.ts'
import { cleanupSandboxes } from './cleanup.ts'
import { pass, untilDone } from './clock.ts'
import { deletionOf, isOutdated, isStopped, TOKEN_PREFIX } from './truth.ts'
import type { World } from './world.ts'

// Machines have booted and deletions are done after that.
const PAUSE_MS = 30_000

/**
 * The cloud is well again for good: two clean-ups, or as many as their limit needs, leave nothing that should be stopped or
 * gone. Nor is anything left that should be gone later.
 */
export async function checkHealing(world: World): Promise<void> {
  const { ecs, settings } = world
  ecs.faults.clear()
  for (const instance of world.ours()) {
    instance.DeletionProtection = false
    // What was stuck is let go.
    if (!instance.next && ['CREATING', 'DELETING'].includes(instance.Status)) instance.Status = 'RUNNING'
  }
  pass(PAUSE_MS)
  await checkCleanups(world)
  if (settings.on_expire === 'stop') {
    pass(settings.stopped_seconds * 1_000)
    await checkCleanups(world)
  }
}

async function checkCleanups(world: World): Promise<void> {
  const { settings } = world
  const due = world.ours().flatMap((instance) => {
    const step = world.stepOf(instance)
    return step ? [{ id: instance.InstanceId, step }] : []
  })
  const later = world.ours().filter((instance) => isSoonDue(world, instance))
  const outdated = world.ours().flatMap((instance) => outdatedTokens(world, instance))
  const runs = 1 + Math.max(1, Math.ceil((due.length + later.length) / settings.max_deletions_per_run))
  for (let run = 0; run < runs; run += 1) {
    const quick = { by: 'a timer of veFaaS', dry: false, remainingMs: 60_000, fortune: { legs: [5] } }
    await untilDone(cleanupSandboxes(world, quick))
    pass(PAUSE_MS)
  }
  for (const { id, step } of due) {
    const instance = world.instance(id)
    const isDone = instance === undefined || (step === 'stop' && isStopped(instance))
    world.check(isDone, () => `${id} should be ${step === 'stop' ? 'stopped' : 'gone'} after ${runs} clean-ups`)
  }
  const left = new Set(world.ours().flatMap((instance) => outdatedTokens(world, instance)))
  const kept = outdated.filter((token) => left.has(token))
  world.check(kept.length === 0, () => `expired tokens are left after ${runs} clean-ups: ${kept}`)
  world.settle()
}

/** Whether it is stopped or deleted within the time of the clean-ups, and uses up a part of their limit. */
function isSoonDue(world: World, instance: Instance): boolean {
  const end = world.endOf(instance)
  const latest = Date.now() + 2 * world.ours().length * PAUSE_MS
  return [end, deletionOf(end, world.settings)].some((at) => at > Date.now() && at < latest)
}

function outdatedTokens({ settings }: World, { Tags, Status }: Instance): string[] {
  const isVoid = (value: string) => Status === 'STOPPED' || isOutdated(value, settings)
  return [...Tags].flatMap(([key, value]) => (key.startsWith(TOKEN_PREFIX) && isVoid(value) ? [key] : []))
}
