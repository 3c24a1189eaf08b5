import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** They replace a module for all that runs in their process. */
const ALONE = ['tests/lifetimes.test.ts']

const common: TestProjectInlineConfiguration['test'] = {
  // They only end what hangs: a busy machine may take twenty times as long as an idle one.
  testTimeout: 180_000,
  hookTimeout: 180_000,
  expect: { poll: { timeout: 60_000, interval: 20 } },
  pool: 'forks',
  // More room for young objects: the workers collect garbage less often, which saves a tenth of the CPU.
  execArgv: ['--min-semi-space-size=32', '--max-semi-space-size=64'],
  // Also on two cores, where one would be the default: the tests wait more than they work. With six, a busy machine had no
  // answer within the time of a request.
  maxWorkers: 5,
  // As Node itself does it: a CommonJS module's exports are the default import of an ES module.
  deps: { interopDefault: false },
}

/**
 * Starts whole-system tests first: a long file that starts last keeps one process busy while the others have nothing left.
 * Vitest knows how long the files took, but only after a first run.
 */
class WholeSystemFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isWhole = ({ moduleId }: TestSpecification) => /\/tests\/|\/infra\/(local\/cloud|client\/)/.test(moduleId)
    return [...sorted.filter(isWhole), ...sorted.filter((file) => !isWhole(file))]
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: WholeSystemFirst },
    globalSetup: ['tests/build-once.ts'],
    projects: [
      {
        test: {
          ...common,
          name: 'together',
          include: ['{functions,shared,infra,tests}/**/*.test.ts'],
          exclude: ['tests/e2e/**', ...ALONE],
          // One process for many files, in place of one for each: it takes a quarter less CPU.
          isolate: false,
          setupFiles: ['tests/fresh-environment.ts', 'tests/fast-signatures.ts'],
        },
      },
      { test: { ...common, name: 'alone', include: ALONE } },
    ],
  },
})
