import { build } from '../infra/build/index.ts'

/** Vitest's global set-up: whole-system tests run the bundles, so the bundles are made once, before any test. */
export default async function buildOnce(): Promise<void> {
  // esbuild is a Go program, and about 70 of its processes are started by the tests. Collecting garbage less often saves each
  // of them a quarter of its CPU, and costs memory that small builds do not need.
  process.env.GOGC = '400'
  await build()
}
