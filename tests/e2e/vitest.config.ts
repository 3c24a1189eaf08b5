import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/e2e/**/*.test.ts'],
    globalSetup: ['tests/e2e/packages.ts', 'tests/build-once.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Real desktops and a real browser: one file at a time leaves them the processors.
    fileParallelism: false,
    deps: { interopDefault: false },
  },
})
