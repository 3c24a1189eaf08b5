import { type FSWatcher, watch as watchFolder } from 'node:fs'
import { basename, dirname } from 'node:path'
import { explain } from '../advice.ts'
import type { CommandContext } from '../context.ts'
import { inParallel } from '../parallel.ts'
import { planOfFunction } from '../plan/index.ts'
import { runPlan } from '../run.ts'
import { interruption } from './interruption.ts'

/** A plugin that packages functions, and can do so again whenever their sources change. */
export type Packager = {
  /** Tells which functions have a new package, and what keeps them from being packaged, until it is closed. */
  watchPackages(onChange: OnChange, onProblem: (error: Error) => void): Promise<Watching>
}

/** It is not called again before it is done. */
type OnChange = (keys: string[]) => Promise<void>
type Watching = { close(): void | Promise<void> }

/** A file is written in several steps. */
const SETTLE_MS = 50

/**
 * `serverless watch`, once everything is deployed: deploys each function again whose package has changed, its code and
 * settings, until Ctrl-C. What goes wrong is shown, and the next change is another try. Without a packager it is the
 * packages themselves that are watched.
 */
export async function watch(
  context: CommandContext,
  packager: Packager | undefined,
  interrupted = interruption(),
): Promise<void> {
  const { log } = context.utils
  const onProblem = (error: unknown) => log.warning(messageOf(error))
  const deployed = new Map(context.service.functions.map(({ key }) => [key, shaOf(context, key)]))
  const onChange: OnChange = async (keys) => {
    const changed = keys.filter((key) => ![undefined, deployed.get(key)].includes(shaOf(context, key)))
    await inParallel(changed, async (key) => {
      deployed.set(key, shaOf(context, key))
      await redeploy(context, key).catch(onProblem)
    })
  }
  const watching = packager
    ? await packager.watchPackages(onChange, onProblem)
    : watchArtifacts(context, onChange, onProblem)
  log.notice('Watching the functions; what changes in serverless.yml needs a new start. Ctrl-C ends this.')
  await untilAborted(interrupted)
  await watching.close()
}

async function redeploy({ client, service, artifactOf, pollMs, utils }: CommandContext, key: string): Promise<void> {
  const started = performance.now()
  const plan = await planOfFunction(client, service, key, artifactOf)
  const done = await runPlan(client, plan, { waiting: () => {}, done: () => {} }, pollMs)
  const seconds = ((performance.now() - started) / 1_000).toFixed(1)
  const details = plan.stages.flat().flatMap((step) => step.details)
  const what = done === 0 ? 'not changed ' : 'deployed    '
  utils.log.notice(`${timeOfDay()}  ${what} ${key}  ${[...details, `${seconds} s`].join(', ')}`)
}

/** Undefined while there is no package. */
function shaOf({ artifactOf }: CommandContext, key: string): string | undefined {
  try {
    return artifactOf(key).sha256
  } catch {
    return undefined
  }
}

function watchArtifacts(
  { service, artifactOf }: CommandContext,
  onChange: OnChange,
  onProblem: (error: unknown) => void,
): Watching {
  const keys = service.functions.map(({ key }) => key)
  const files = keys.map((key) => artifactOf(key).file)
  const folders = new Set(files.map((file) => dirname(file)))
  let timer: NodeJS.Timeout | undefined
  let turn = Promise.resolve()
  const look = () => {
    turn = turn.then(() => onChange(keys)).catch(onProblem)
  }
  const watchers = [...folders].map((folder): FSWatcher => {
    const names = files.filter((file) => dirname(file) === folder).map((file) => basename(file))
    const onEvent = (_event: string, name: string | null) => {
      if (name !== null && !names.includes(name)) return
      clearTimeout(timer)
      timer = setTimeout(look, SETTLE_MS)
    }
    return watchFolder(folder, onEvent).on('error', onProblem)
  })
  return {
    close: async () => {
      clearTimeout(timer)
      for (const watcher of watchers) watcher.close()
      await turn
    },
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}

function messageOf(error: unknown): string {
  return explain(error) ?? (error instanceof Error ? error.message : String(error))
}

function timeOfDay(): string {
  return new Date().toTimeString().slice(0, 8)
}
