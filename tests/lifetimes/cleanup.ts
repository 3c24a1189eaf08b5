import fc from 'fast-check'
import { handler } from '../../functions/cleanup-sandboxes/index.ts'
import type { Instance } from '../../infra/emulator/ecs/instance.ts'
import type { CleanupResult } from '../../shared/manager/cleanup-sandboxes.ts'
import { eventBridge, vefaasEvent } from '../support/messages.ts'
import { isGone } from './delete.ts'
import { deliver, resultInLog, resultOfEvent } from './deliver.ts'
import type { Fortune, Invocation } from './invocation.ts'
import { fortune, fortuneText, type Request } from './requests.ts'
import { isDeletable, isStopped, portrait, type Step } from './truth.ts'
import type { World } from './world.ts'

const WAYS: Record<string, (data: object) => object> = {
  'a timer of veFaaS': (data) => vefaasEvent('timer', JSON.stringify(data)),
  'a schedule of EventBridge': (data) => eventBridge(data),
  'a direct invocation': (data) => data,
}

interface Cleanup {
  by: string
  dry: boolean
  /** Milliseconds that the platform gives it. */
  remainingMs: number
  fortune: Fortune
}

/** A run of the clean-up. */
export const cleanupWith = (fortune: fc.Arbitrary<Fortune>): fc.Arbitrary<Request> =>
  fc
    .record({
      by: fc.constantFrom(...Object.keys(WAYS)),
      dry: fc.oneof({ weight: 7, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
      remainingMs: fc.oneof(
        { weight: 7, arbitrary: fc.constant(60_000) },
        { weight: 1, arbitrary: fc.constant(4_000) },
      ),
      fortune,
    })
    .map((cleanup) => ({
      send: async (world) => {
        await cleanupSandboxes(world, cleanup)
      },
      toString: () => textOf(cleanup),
    }))

export const cleanup = cleanupWith(fortune)

function textOf({ by, dry, remainingMs, fortune }: Cleanup): string {
  return `clean up${dry ? ', a dry run' : ''} by ${by}, in ${remainingMs / 1_000} s ${fortuneText(fortune)}`
}

/** Runs the clean-up; answers whether it was a success. */
export async function cleanupSandboxes(world: World, { by, dry, remainingMs, fortune }: Cleanup): Promise<boolean> {
  const before = survey(world)
  const { invocation, delivered } = await deliver(world, {
    name: dry ? 'CleanupSandboxes (dry)' : 'CleanupSandboxes',
    handler,
    event: WAYS[by]?.({ ...(dry && { DryRun: true }) }) ?? {},
    fortune,
    remainingMs,
  })
  if (delivered === undefined) return false
  const result = resultOfEvent(world, delivered, false) as CleanupResult | undefined
  const told = result ?? resultInLog<CleanupResult>(invocation)
  if (told) checkResult(world, told, { dry, invocation, isSuccess: result !== undefined })
  if (dry && invocation.isAlone) {
    const changed = [...before.portraits].filter(([id, text]) => portraitOf(world, id) !== text)
    world.check(changed.length === 0, () => `a dry run changes ${changed}`)
  }
  if (invocation.isCalm && remainingMs === 60_000)
    checkWork(world, before, invocation, result, dry, `${delivered.thrown}`)
  return result !== undefined
}

/** What there is to do for a clean-up. */
function survey(world: World) {
  const due = world.visible().flatMap((instance) => {
    const step = world.stepOf(instance)
    return step ? [{ instance, id: instance.InstanceId, step }] : []
  })
  return {
    started: Date.now(),
    steps: new Map(due.map(({ id, step }) => [id, step])),
    // Those that it asks the cloud to stop or delete.
    asked: due.filter(({ instance, step }) => isAsked(instance, step)).map(({ id }) => id),
    possible: due.filter(({ instance, step }) => isPossible(instance, step)).map(({ id }) => id),
    scanned: world.visible().length,
    // But of those that change by themselves.
    portraits: new Map(
      world.ecs.instances().flatMap((one) => (one.next ? [] : [[one.InstanceId, portrait(one)] as const])),
    ),
  }
}

const isAsked = ({ Status, DeletionProtection }: Instance, step: Step) =>
  Status !== 'DELETING' && (step === 'stop' || !DeletionProtection)

const isPossible = (instance: Instance, step: Step) =>
  step === 'stop' ? instance.Status === 'RUNNING' : isDeletable(instance)

function portraitOf(world: World, id: string): string {
  const instance = world.instance(id)
  return instance ? portrait(instance) : 'gone'
}

interface Circumstances {
  dry: boolean
  invocation: Invocation
  isSuccess: boolean
}

function checkResult(world: World, result: CleanupResult, { dry, invocation, isSuccess }: Circumstances): void {
  const { Scanned, Expired, Deleted, Stopped, Skipped, Failed, TokensRemoved, DurationMs, Sandboxes, ...more } = result
  const counts = [Scanned, Expired, Deleted, Stopped, Skipped, Failed, TokensRemoved, DurationMs]
  const isShaped = counts.every((count) => Number.isInteger(count) && count >= 0) && Object.keys(more).length === 0
  world.check(isShaped, () => `the result of a clean-up is ${JSON.stringify(result)}`)
  const ids = Sandboxes.map(({ SandboxId }) => SandboxId)
  const told = (outcome: string) => Sandboxes.filter(({ Outcome }) => Outcome === outcome).length
  const counted = [told('Deleted'), told('Stopped'), told('Skipped'), told('Failed')]
  const planned = told('WouldDelete') + told('WouldStop')
  const isCounted =
    `${counted}` === `${dry ? [0, 0, Skipped, 0] : [Deleted, Stopped, Skipped, Failed]}` &&
    planned === (dry ? ids.length - Skipped : 0) &&
    new Set(ids).size === ids.length
  world.check(isCounted, () => `the counts of a clean-up are not those of its list: ${JSON.stringify(result)}`)
  world.check(Failed === 0 || !isSuccess, () => 'a clean-up succeeds, with failures')
  const meant = ids.length - Skipped
  world.check(meant <= world.settings.max_deletions_per_run, () => `a clean-up means to delete ${meant}`)
  for (const { SandboxId, Reason, Outcome } of Sandboxes) {
    world.check(['Expired', 'Error', 'Stuck'].includes(Reason), () => `the reason of a clean-up is ${Reason}`)
    world.check(world.sandboxes.has(SandboxId), () => `a clean-up tells of ${SandboxId}, which is no sandbox`)
    const isCertain = invocation.isAlone && !invocation.isLost
    if (Outcome === 'Failed' && isCertain) {
      world.check(!isGone(world, SandboxId), () => `${SandboxId} is told to have failed, and is gone`)
    }
    if (Outcome === 'Stopped' && invocation.isAlone) {
      const instance = world.instance(SandboxId)
      world.check(!instance || isStopped(instance), () => `${SandboxId} is told to be stopped, and is not`)
    }
    if (Outcome === 'Deleted')
      world.check(isGone(world, SandboxId), () => `${SandboxId} is told to be deleted, and lives`)
  }
}

/** The calls of the cloud that stop or delete. */
const STEPS = { StopInstances: 'stop', DeleteInstances: 'delete' } as const

const isStep = (action: string): action is keyof typeof STEPS => action in STEPS

function isDone(world: World, id: string, step: Step | undefined): boolean {
  const instance = world.instance(id)
  return isGone(world, id) || (step === 'stop' && instance !== undefined && isStopped(instance))
}

/** What a run has to have done where nothing went wrong. */
function checkWork(
  world: World,
  before: ReturnType<typeof survey>,
  { calls }: Invocation,
  result: CleanupResult | undefined,
  dry: boolean,
  thrown: string,
) {
  const { max_deletions_per_run: most } = world.settings
  // While it ran, more came to their ends, were to be seen, or booted.
  const after = survey(world)
  const named = new Map(
    calls.flatMap(({ action, ids }) => (isStep(action) ? ids.map((id) => [id, STEPS[action]]) : [])),
  )
  const asked = new Set([...before.asked, ...named.keys(), ...after.asked])
  const isTooMuch = result === undefined
  if (dry) world.check(!isTooMuch, () => `a dry run fails: ${thrown}`)
  else
    world.check(isTooMuch ? asked.size > most : before.asked.length <= most, () => {
      return `a clean-up ${isTooMuch ? 'fails' : 'succeeds'}, with ${before.asked.length} sandboxes to be deleted: ${thrown}`
    })
  if (dry) {
    const planned = result?.Sandboxes.filter(({ Outcome }) => Outcome !== 'Skipped')
    for (const { SandboxId, Outcome } of planned ?? []) {
      const steps = [before.steps.get(SandboxId), after.steps.get(SandboxId)]
      const isRight = steps.includes(Outcome === 'WouldStop' ? 'stop' : 'delete')
      world.check(isRight, () => `a dry run tells ${Outcome} of ${SandboxId}`)
    }
    const told = planned?.map(({ SandboxId }) => SandboxId)
    const isWhole = before.asked.every((id) => told?.includes(id)) || told?.length === most
    const isSame = isWhole && told?.every((id) => asked.has(id)) === true
    return world.check(isSame, () => `a dry run tells ${told}, not ${before.asked}`)
  }
  // A sandbox that should be stopped at first and deleted when it was read again is left for the next run.
  const possible = before.possible.filter(
    (id) => (after.steps.get(id) ?? before.steps.get(id)) === before.steps.get(id),
  )
  // Also some that became possible after the run had begun.
  const done = [...named].filter(([id, step]) => isDone(world, id, step)).length
  const required = Math.min(before.possible.length, most) - (before.possible.length - possible.length)
  world.check(
    done >= required,
    () => `a clean-up stops or deletes ${done} of ${possible}, with these calls: ${JSON.stringify(calls)}`,
  )
  world.check(named.size <= most, () => `a clean-up deletes ${named.size}, more than it may`)
}
