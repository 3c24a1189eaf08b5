import { build } from '../infra/build/index.ts'

/** Vitest's global set-up: whole-system tests run the bundles, so the bundles are made once, before any test. */
export default async function buildOnce(): Promise<void> {
  await build()
}
