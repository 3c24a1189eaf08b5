import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{functions,shared,infra,tests}/**/*.test.ts'],
    exclude: ['tests/e2e/**'],
    globalSetup: ['tests/build-once.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    pool: 'forks',
    // Also on two cores, where one would be the default: the tests wait more than they work. 108 s in place of 190.
    maxWorkers: 3,
    // As Node itself does it: a CommonJS module's exports are the default import of an ES module.
    deps: { interopDefault: false },
  },
})
