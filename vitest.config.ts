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
 * The files that take longest, in the order in which they start. About three at a time mostly wait for time limits, and two
 * keep the CPU busy.
 */
const LONGEST = [
  'tests/cloud-failures',
  'infra/client/client',
  'functions/mcp/faults',
  'tests/local-deployment',
  'tests/deployment',
  'tests/local',
  'infra/client/command/command',
  'tests/secrets',
  'infra/client/package',
  'infra/client/lost',
  'shared/manager/cleanup-sandboxes',
  'infra/local/cloud',
  'tests/preflight',
  'functions/mcp/index',
  'infra/deploy/serverless-vefaas/interruptions',
  'shared/manager/create-sandbox',
  'tests/aws',
  'infra/deploy/serverless-vefaas/plan/gateway',
  'shared/manager/ecs/client',
  'infra/deploy/serverless-vefaas/plan/functions',
  'infra/emulator/index',
  'infra/deploy/package/plugin',
  'shared/manager/teardown-sandboxes',
  'infra/deploy/serverless-vefaas/commands/rollback',
  'shared/manager/describe-sandboxes',
  'infra/deploy/serverless-vefaas/package',
  'shared/manager/delete-sandbox',
  'infra/emulator/vefaas/release-actions',
  'infra/deploy/serverless-vefaas/commands/invoke',
  'tests/packages',
  'infra/emulator/vefaas/runtime/function-instance',
  'infra/deploy/serverless-vefaas/commands/invoke-local/index',
  'infra/deploy/serverless-vefaas/commands/logs',
  'tests/bad-input',
  'shared/handler/deadline',
  'infra/deploy/serverless-vefaas/run',
  'tests/openapi',
  'infra/client/desktop',
  'tests/rights',
  'tests/front-end',
  'shared/manager/sandbox/windows-agent',
  'infra/client/call',
]

/** Starts them first: a long file that starts last keeps one process busy while the others have nothing left. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const longest = LONGEST.flatMap((name) => sorted.filter(({ moduleId }) => moduleId.endsWith(`/${name}.test.ts`)))
    return [...longest, ...sorted.filter((file) => !longest.includes(file))]
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
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
