import { randomInt } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, test, vi } from 'vitest'
import { type EcsEmulator, startEcs } from '../infra/emulator/ecs/index.ts'
import { fill } from './lifetimes/account.ts'
import { restartTime, stopTime } from './lifetimes/clock.ts'
import { step } from './lifetimes/commands.ts'
import { checkHealing } from './lifetimes/healing.ts'
import { keepLine } from './lifetimes/invocation.ts'
import { inEnvironment, settings } from './lifetimes/settings.ts'
import { World } from './lifetimes/world.ts'
import { configure } from './support/service.ts'

/*
 * Random sequences of everything that happens to sandboxes in their lives, against the emulated ECS. The functions are
 * called as platforms call them; between them and the cloud stands the model (lifetimes/world.ts), which watches each
 * call. Time passes as the sequence says (lifetimes/clock.ts), so that the same sequence always goes the same way.
 *
 * A failure shows its shortest sequence and the line that runs it again. LIFETIMES_RUNS=100000 is a soak.
 */

vi.mock('../shared/manager/ecs/connection.ts', async (importActual) => {
  const actual = await importActual<typeof import('../shared/manager/ecs/connection.ts')>()
  const { throughInvocations } = await import('./lifetimes/invocation.ts')
  return { ...actual, connect: throughInvocations(actual.connect, actual.TimeoutError) }
})

const { LIFETIMES_RUNS, LIFETIMES_SEED, LIFETIMES_PATH, LIFETIMES_REPLAY } = process.env
// Real time: the other one stands still.
const seconds = () => Number(process.hrtime.bigint() / 1_000_000n) / 1_000
const RUNS_SECONDS = LIFETIMES_RUNS ? Number.POSITIVE_INFINITY : 8
const SHRINKING_SECONDS = 60

let ecs: EcsEmulator
beforeAll(async () => {
  ecs = await startEcs({ bootSeconds: 20, startSeconds: 10, stopSeconds: 8, rebootSeconds: 6, deleteSeconds: 5 })
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => {
    keepLine(`${line}`)
    return true
  })
  // The jitter of retries.
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
  stopTime()
})
afterAll(async () => {
  vi.useRealTimers()
  await ecs.close()
})

test('no sandbox dies before its end or lives on after it, and nothing else is touched', { timeout: 1e9 }, async () => {
  const runsEnd = seconds() + RUNS_SECONDS
  let shrinkingEnd = Number.POSITIVE_INFINITY
  const property = fc.asyncProperty(
    settings,
    fc.commands([step], {
      maxCommands: 30,
      size: 'max',
      ...(LIFETIMES_REPLAY && { replayPath: LIFETIMES_REPLAY }),
    }),
    async (settings, commands) => {
      // A slow machine does not get all runs done, and the shortest sequence need not be found.
      if (shrinkingEnd === Number.POSITIVE_INFINITY && seconds() > runsEnd) return
      fc.pre(seconds() < shrinkingEnd)
      restartTime()
      ecs.reset()
      await configure(ecs.url, inEnvironment(settings))
      fill(ecs, settings)
      const world = new World(ecs, settings)
      world.begin()
      try {
        world.settle()
        await fc.asyncModelRun(() => ({ model: world, real: world }), commands)
        await checkHealing(world)
      } catch (error) {
        shrinkingEnd = Math.min(shrinkingEnd, seconds() + SHRINKING_SECONDS)
        throw error
      }
    },
  )
  const run = await fc.check(property, {
    seed: Number(LIFETIMES_SEED ?? randomInt(2 ** 31)),
    numRuns: Number(LIFETIMES_RUNS ?? 300),
    ...(LIFETIMES_PATH && { path: LIFETIMES_PATH }),
  })
  if (run.failed) throw new Error(report(run as Failure))
})

type Failure = fc.RunDetails<[settings: unknown, commands: unknown]>

function report({ seed, counterexamplePath, counterexample, errorInstance, numRuns, numShrinks }: Failure): string {
  const [settings, commands] = counterexample ?? []
  const [, replay = ''] = /replayPath="([^"]*)"/.exec(`${commands}`) ?? []
  return [
    errorInstance instanceof Error ? errorInstance.stack : `${errorInstance}`,
    `Run ${numRuns}, made shorter ${numShrinks} times:`,
    `  with ${JSON.stringify(settings)}${`${commands}`.replace(/\/\*.*\*\//, '')}`,
    'Again:',
    `  LIFETIMES_SEED=${seed} LIFETIMES_PATH=${counterexamplePath} LIFETIMES_REPLAY=${replay} npx vitest run tests/lifetimes.test.ts`,
  ].join('\n')
}
