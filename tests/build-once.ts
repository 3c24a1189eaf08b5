import { build } from '../infra/build/index.ts'

/** Vitest's global set-up: whole-system tests run the bundles, so the bundles are made once, before any test. */
export default async function buildOnce(): Promise<void> {
  // esbuild is a Go program, and the tests start about 60 of its processes. Without garbage collection, each of them uses a
  // quarter less CPU, and the small builds still fit into memory.
  process.env.GOGC = 'off'
  await build()
}
