import type { Instance } from '../../infra/emulator/ecs/instance.ts'
import { cleanupSandboxes } from './cleanup.ts'
import { pass, untilDone } from './clock.ts'
import { isOutdated, TOKEN_PREFIX } from './truth.ts'
import type { World } from './world.ts'

// Machines have booted and deletions are done after that.
const PAUSE_MS = 30_000

/** The cloud is well again for good: two clean-ups, or as many as their limit needs, leave nothing that should be gone. */
export async function checkHealing(world: World): Promise<void> {
  const { ecs, settings } = world
  ecs.faults.clear()
  for (const instance of world.ours()) {
    instance.DeletionProtection = false
    // What was stuck is let go.
    if (!instance.next && ['CREATING', 'DELETING'].includes(instance.Status)) instance.Status = 'RUNNING'
  }
  pass(PAUSE_MS)

  const due = world.ours().filter(world.isDue)
  const outdated = world.ours().flatMap((instance) => outdatedTokens(world, instance))
  const runs = 1 + Math.max(1, Math.ceil(due.length / settings.max_deletions_per_run))
  for (let run = 0; run < runs; run += 1) {
    const quick = { by: 'a timer of veFaaS', dry: false, remainingMs: 60_000, fortune: { legs: [5] } }
    await untilDone(cleanupSandboxes(world, quick))
    pass(PAUSE_MS)
  }
  for (const { InstanceId: id } of due) {
    world.check(!world.instance(id), () => `${id} should be gone after ${runs} clean-ups`)
  }
  const left = new Set(world.ours().flatMap((instance) => outdatedTokens(world, instance)))
  const kept = outdated.filter((token) => left.has(token))
  world.check(kept.length === 0, () => `expired tokens are left after ${runs} clean-ups: ${kept}`)
  world.settle()
}

function outdatedTokens({ settings }: World, { Tags }: Instance): string[] {
  return [...Tags].flatMap(([key, value]) => (key.startsWith(TOKEN_PREFIX) && isOutdated(value, settings) ? [key] : []))
}
