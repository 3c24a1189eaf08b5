import fc from 'fast-check'
import type { Fault } from '../../infra/emulator/ecs/faults.ts'
import { change, changeOfStopped, lateRetry, sameChanges } from './change-state.ts'
import { cleanup, cleanupWith } from './cleanup.ts'
import { pass, sleep, untilDone } from './clock.ts'
import { creation, sameCreations } from './create.ts'
import { deletion } from './delete.ts'
import { fault } from './faults.ts'
import type { Fortune } from './invocation.ts'
import { checkListing, listing, listings } from './listing.ts'
import { breakdown, deed, turnedOver } from './outside.ts'
import { probe } from './probe.ts'
import { renewal, renewalOf } from './renew.ts'
import { fortune, type Request, target } from './requests.ts'
import { teardown } from './teardown.ts'
import { admission, admissionOf, opening, openingOf } from './terminal.ts'
import type { Target, World } from './world.ts'

type Command = fc.AsyncCommand<World, World>

/** A step of a sequence. After each, all that must hold between two steps is looked at. */
function command(text: string, run: (world: World) => Promise<void>): Command {
  return {
    check: () => true,
    async run(world) {
      await untilDone(run(world))
      world.settle()
      await untilDone(checkListing(world))
      world.complain()
    },
    // One line each where a sequence is shown.
    toString: () => `\n  ${text}`,
  }
}

const requests: fc.Arbitrary<Request> = fc.oneof(
  { weight: 6, arbitrary: creation },
  { weight: 6, arbitrary: renewal },
  { weight: 2, arbitrary: deletion },
  { weight: 6, arbitrary: change },
  { weight: 6, arbitrary: cleanup },
  { weight: 3, arbitrary: teardown },
  { weight: 3, arbitrary: opening },
  { weight: 2, arbitrary: admission },
  { weight: 3, arbitrary: listing },
)

const one = requests.map((request) => command(`${request}`, (world) => request.send(world)))

// At least one, so that what needs no other is shown alone when a sequence is made shorter.
const some = fc.array(fc.oneof({ weight: 8, arbitrary: requests }, { weight: 1, arbitrary: deed }), {
  minLength: 1,
  maxLength: 3,
})

const starts = fc.array(fc.constantFrom(0, 20, 300, 700, 1_000), { minLength: 3, maxLength: 3 })

const several = fc
  .tuple(
    fc.oneof(
      { weight: 3, arbitrary: some },
      { weight: 1, arbitrary: sameCreations },
      { weight: 1, arbitrary: sameChanges },
      { weight: 1, arbitrary: listings },
    ),
    starts,
  )
  .map(([requests, starts]) => command(atOnceText(requests, starts), (world) => atOnce(world, requests, starts)))

const nextToEnd = fc.constant<Target>({ of: 'ending', index: 0 })
const moments = fc.array(fc.constantFrom(0, 300, 700, 2_000, 2_300), { minLength: 3, maxLength: 3 })

/** In the last moment of the sandbox that is then the next to end: its renewal, a clean-up and what else there may be. */
const race = fc
  .tuple(
    fc.constantFrom(2_400, 2_010, 400, 20),
    renewalOf(nextToEnd),
    cleanup,
    fc.option(requests, { nil: undefined }),
    moments,
    fc.nat(3),
  )
  .map(([ms, renewal, cleanup, more, starts, index]) =>
    lastMoment({ index, ms, all: [renewal, cleanup, ...(more ? [more] : [])], starts }),
  )

// The tries of the call that sets the end are lost on the way, all but the last.
const slowly: fc.Arbitrary<Fortune> = fc
  .tuple(fc.constantFrom([1_500, 1, 1_500, 1], [1_500, 1]), fc.constantFrom(150, 400, 700, 950))
  .map(([lost, there]) => ({ legs: [1, 1, ...lost, there, 1] }))

const evenly: fc.Arbitrary<Fortune> = fc.constantFrom(150, 100, 250, 400).map((leg) => ({ legs: [leg] }))

/** The same where the renewal comes to the cloud just when the clean-up is between its reading and its deleting. */
const lateRace = fc
  .tuple(renewalOf(nextToEnd, slowly), cleanupWith(evenly), fc.constantFrom(1_700, 1_900, 2_100), fc.nat(3))
  .map(([renewal, cleanup, start, index]) =>
    lastMoment({ index, ms: 2_010, all: [renewal, cleanup], starts: [0, start] }),
  )

/** A sandbox in ERROR that is mended while a clean-up is at work. */
const recovery = fc
  .tuple(breakdown, cleanupWith(evenly), fc.constantFrom(100, 300, 500))
  .map(([[breaking, mending], cleanup, start]) =>
    command(`${breaking}, ${atOnceText([cleanup, mending], [0, start])}`, async (world) => {
      await breaking.send(world)
      await atOnce(world, [cleanup, mending], [0, start])
    }),
  )

interface Moment {
  index: number
  ms: number
  all: readonly Request[]
  starts: readonly number[]
}

function lastMoment({ index, ms, all, starts }: Moment): Command {
  return command(`${ms} ms before the end of ending ${index}, ${atOnceText(all, starts)}`, (world) => {
    passToEnd(world, index, -ms)
    return atOnce(world, all, starts)
  })
}

const stopped = fc.constant<Target>({ of: 'stopped', index: 0 })
const mostlyEvenly = fc.oneof({ weight: 4, arbitrary: evenly }, { weight: 1, arbitrary: fortune })

/** A sandbox is stopped at its end or before, renewed, started, and used with a token from before or after that. */
const comeback = fc
  .record({
    index: fc.nat(3),
    opening: openingOf(nextToEnd),
    stop: fc.oneof({ weight: 5, arbitrary: cleanupWith(mostlyEvenly) }, { weight: 1, arbitrary: change }),
    pauseMs: fc.constantFrom(0, 10_000, 55_000, 57_500, 840_000),
    renewal: renewalOf(stopped, mostlyEvenly),
    start: changeOfStopped('StartSandbox', mostlyEvenly),
    end: fc.option(fc.oneof(admission, cleanup, listing), { nil: undefined }),
  })
  .map(({ index, opening, stop, pauseMs, renewal, start, end }) => {
    const after = [renewal, start, ...(end ? [end] : [])]
    const text = `${opening}, at the end of ending ${index}: ${stop}, ${pauseMs} ms later: ${after.join(', ')}`
    return command(text, async (world) => {
      passToEnd(world, index, -20_000)
      await opening.send(world)
      passToEnd(world, 0, 0)
      await stop.send(world)
      pass(pauseMs)
      for (const request of after) {
        await request.send(world)
        pass(10_000)
      }
    })
  })

/** A desktop is opened, and its token is used at once, also by a caller that does not see the sandbox. */
const admittance = fc.tuple(openingOf(target), admissionOf(fc.constant(0))).map((requests) => inOrder(requests, 0))

/** A change of state, which somebody else turns over, and its retry. */
const turnover = fc
  .nat(11)
  .chain((index) => fc.tuple(lateRetry(index), fc.constant(turnedOver(index)), fc.boolean()))
  .map(([[first, second], outside, isTurned]) => inOrder([first, ...(isTurned ? [outside] : []), second], 20_000))

function inOrder(requests: readonly Request[], pauseMs: number): Command {
  return command(`one after the other: ${requests.join('; ')}`, async (world) => {
    for (const request of requests) {
      await request.send(world)
      pass(pauseMs)
    }
  })
}

/** A creation, a renewal of its sandbox, and the creation again. */
const retry = fc
  .tuple(sameCreations, renewalOf(fc.constant({ of: 'newest', index: 0 })))
  .map(([[first, ...again], renewal]) => [...(first ? [first] : []), renewal, ...again])
  .map((requests) =>
    command(`one after the other: ${requests.join('; ')}`, async (world) => {
      for (const request of requests) await request.send(world)
    }),
  )

function atOnceText(requests: readonly Request[], starts: readonly number[]): string {
  return `at once: ${requests.map((request, index) => `${request} after ${starts[index]} ms`).join('; ')}`
}

async function atOnce(world: World, requests: readonly Request[], starts: readonly number[]): Promise<void> {
  const all = requests.map(async (request, index) => {
    await sleep(starts[index] ?? 0)
    await request.send(world)
  })
  for (const { status, ...end } of await Promise.allSettled(all)) {
    if (status === 'rejected') throw (end as PromiseRejectedResult).reason
  }
}

const passing = fc
  .constantFrom(1, 5, 30, 61, 300, 601, 1_801, 3_600, 7_201, 6 * 3_600, 23 * 3_600, 25 * 3_600)
  .map((seconds) => command(`${seconds} s pass`, async () => pass(seconds * 1_000)))

/** To the moments at which it matters what comes first. */
const passingToEnd = fc
  .record({ index: fc.nat(3), ms: fc.constantFrom(-2_000, -300, -20, -1, 0, 1_000) })
  .map(({ index, ms }) =>
    command(
      `time passes to ${Math.abs(ms)} ms ${ms < 0 ? 'before' : 'after'} the end of ending ${index}`,
      async (world) => passToEnd(world, index, ms),
    ),
  )

function passToEnd(world: World, index: number, ms: number): void {
  const instance = world.instance(world.pick({ of: 'ending', index }))
  const wait = instance ? world.momentOf(instance) + ms - Date.now() : 0
  if (wait > 0) pass(wait)
}

const faulty = fault.map((fault: Fault) =>
  command(`the cloud gets ${JSON.stringify(fault)}`, async (world) => {
    world.ecs.faults.add(fault)
  }),
)

const calm = fc.constant(
  command('the cloud gets well', async (world) => {
    world.ecs.faults.clear()
  }),
)

const probing = probe.map((probe) => command(`${probe}`, (world) => probe.send(world)))

const outside = deed.map((deed) => command(`${deed}`, (world) => deed.send(world)))

/** Any step. */
export const step: fc.Arbitrary<Command> = fc.oneof(
  { weight: 10, arbitrary: one },
  { weight: 4, arbitrary: several },
  { weight: 2, arbitrary: race },
  { weight: 1, arbitrary: lateRace },
  { weight: 1, arbitrary: recovery },
  { weight: 1, arbitrary: retry },
  { weight: 3, arbitrary: comeback },
  { weight: 1, arbitrary: admittance },
  { weight: 1, arbitrary: turnover },
  { weight: 4, arbitrary: passing },
  { weight: 3, arbitrary: passingToEnd },
  { weight: 3, arbitrary: faulty },
  { weight: 1, arbitrary: calm },
  { weight: 2, arbitrary: outside },
  { weight: 1, arbitrary: probing },
)
