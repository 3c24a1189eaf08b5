import fc from 'fast-check'
import { handler } from '../../functions/cleanup-sandboxes/index.ts'
import type { Instance } from '../../infra/emulator/ecs/instance.ts'
import type { CleanupResult } from '../../shared/manager/cleanup-sandboxes.ts'
import { eventBridge, vefaasEvent } from '../support/messages.ts'
import { isGone } from './delete.ts'
import { deliver, resultInLog, resultOfEvent } from './deliver.ts'
import type { Fortune, Invocation } from './invocation.ts'
import { fortune, fortuneText, type Request } from './requests.ts'
import { isDeletable, portrait } from './truth.ts'
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
  const due = world.visible().filter(world.isDue)
  return {
    started: Date.now(),
    due: due.map(({ InstanceId }) => InstanceId),
    // Those that it asks the cloud to delete.
    asked: due.filter(isAsked).map(({ InstanceId }) => InstanceId),
    deletable: due.filter(isDeletable).map(({ InstanceId }) => InstanceId),
    scanned: world.visible().length,
    // But of those that change by themselves.
    portraits: new Map(
      world.ecs.instances().flatMap((one) => (one.next ? [] : [[one.InstanceId, portrait(one)] as const])),
    ),
  }
}

const isAsked = ({ Status, DeletionProtection }: Instance) => Status !== 'DELETING' && !DeletionProtection

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
  const { Scanned, Expired, Deleted, Skipped, Failed, TokensRemoved, DurationMs, Sandboxes, ...more } = result
  const counts = [Scanned, Expired, Deleted, Skipped, Failed, TokensRemoved, DurationMs]
  const isShaped = counts.every((count) => Number.isInteger(count) && count >= 0) && Object.keys(more).length === 0
  world.check(isShaped, () => `the result of a clean-up is ${JSON.stringify(result)}`)
  const ids = Sandboxes.map(({ SandboxId }) => SandboxId)
  const told = (outcome: string) => Sandboxes.filter(({ Outcome }) => Outcome === outcome).length
  const counted = [told('Deleted'), told('Skipped'), told('Failed'), told('WouldDelete')]
  const isCounted =
    `${counted}` === `${dry ? [0, Skipped, 0, ids.length - Skipped] : [Deleted, Skipped, Failed, 0]}` &&
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
    if (Outcome === 'Deleted')
      world.check(isGone(world, SandboxId), () => `${SandboxId} is told to be deleted, and lives`)
  }
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
  const named = new Set(calls.flatMap(({ action, ids }) => (action === 'DeleteInstances' ? ids : [])))
  const asked = new Set([...before.asked, ...named, ...after.asked])
  const isTooMuch = result === undefined
  if (dry) world.check(!isTooMuch, () => `a dry run fails: ${thrown}`)
  else
    world.check(isTooMuch ? asked.size > most : before.asked.length <= most, () => {
      return `a clean-up ${isTooMuch ? 'fails' : 'succeeds'}, with ${before.asked.length} sandboxes to be deleted: ${thrown}`
    })
  if (dry) {
    const told = result?.Sandboxes.flatMap(({ SandboxId, Outcome }) => (Outcome === 'WouldDelete' ? [SandboxId] : []))
    const isWhole = before.asked.every((id) => told?.includes(id)) || told?.length === most
    const isSame = isWhole && told?.every((id) => asked.has(id)) === true
    return world.check(isSame, () => `a dry run tells ${told}, not ${before.asked}`)
  }
  const left = before.deletable.filter((id) => !isGone(world, id))
  const done = before.deletable.length - left.length
  const needed = Math.min(before.deletable.length, most)
  world.check(
    done >= needed,
    () => `a clean-up deletes ${done} of ${before.deletable}, with these calls: ${JSON.stringify(calls)}`,
  )
  world.check(named.size <= most, () => `a clean-up deletes ${named.size}, more than it may`)
}
