import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Reply } from '../../shared/handler/reply.ts'
import { ACTIONS, type ActionName, type Answer, setEnvironment, toAnswer } from './service.ts'

type Handler = (event: unknown, context?: object) => Promise<Reply>

interface Bundle {
  handler: Handler
  initializer(): Promise<void>
}

/** The bundles as they are zipped. `tests/build-once.ts` builds them. */
const bundles = Object.fromEntries([...ACTIONS, 'TeardownSandboxes'].map((name) => [name, load(name)]))

function load(name: string): Bundle {
  const folder = name.replace(/(?!^)[A-Z]/g, '-$&').toLowerCase()
  return createRequire(import.meta.url)(join(import.meta.dirname, '../../dist', folder, 'index.js'))
}

function bundleOf(name: string): Bundle {
  const bundle = bundles[name]
  if (bundle === undefined) throw new Error(`there is no bundle of ${name}`)
  return bundle
}

/** Like `configure` of `service.ts`, for the bundles. Each has a configuration and a connection of its own. */
export async function configure(url: string, settings: Record<string, string> = {}): Promise<void> {
  setEnvironment(url, settings)
  // All of them read the configuration, also an invalid one that the first of them refuses.
  await Promise.all(Object.values(bundles).map(({ initializer }) => initializer()))
}

/** Like `invoke` of `service.ts`, for the bundle of the action. */
export async function invoke(action: ActionName, event: unknown, context: object = {}): Promise<Answer> {
  return toAnswer(await bundleOf(action).handler(event, context))
}

/** The handler of TeardownSandboxes in its bundle. */
export const teardown: Handler = (event, context) => bundleOf('TeardownSandboxes').handler(event, context)
