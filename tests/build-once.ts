import { build } from '../infra/build/index.ts'

/** Vitest's global set-up: whole-system tests run the bundles, so the bundles are made once, before any test. */
export default async function buildOnce(): Promise<void> {
  // esbuild is a Go program, and the tests start about 60 of its processes. Not to collect garbage saves each of them a
  // third of its CPU, and costs memory that small builds do not need.
  process.env.GOGC = 'off'
  await build()
}
