import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/e2e/**/*.test.ts'],
    globalSetup: ['tests/e2e/packages.ts', 'tests/build-once.ts'],
    // They only end what hangs: a busy machine may take many times as long as an idle one.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
    pool: 'forks',
    // Real desktops and a real browser: one file at a time leaves them the processors.
    fileParallelism: false,
    deps: { interopDefault: false },
  },
})
