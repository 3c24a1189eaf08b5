import { type FSWatcher, watch as watchFolder } from 'node:fs'
import { basename, dirname } from 'node:path'
import { explain } from '../advice.ts'
import type { CommandContext } from '../context.ts'
import { inParallel } from '../parallel.ts'
import { planOfFunction } from '../plan/index.ts'
import { runPlan } from '../run.ts'
import { interruption } from './interruption.ts'

/** A plugin that can package functions again when their sources change. */
export type Packager = {
  /** Reports the functions that have a new package, and the problems of packaging, until it is closed. */
  watchPackages(onChange: OnChange, onProblem: (error: Error) => void): Promise<Watching>
}

/** Not called again before its promise resolves. */
type OnChange = (keys: string[]) => Promise<void>
type Watching = { close(): void | Promise<void> }

/** The delay after a change, because a file is written in several steps. */
const SETTLE_MS = 50

/**
 * `serverless watch`, after everything is deployed: redeploys the code and settings of each function whose package
 * changes, until Ctrl-C. Shows an error and tries again at the next change. Without a packager, watches the package
 * files.
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
    const changed = keys.filter((key) => {
      const sha256 = shaOf(context, key)
      return sha256 !== undefined && sha256 !== deployed.get(key)
    })
    await inParallel(changed, async (key) => {
      deployed.set(key, shaOf(context, key))
      await redeploy(context, key).catch(onProblem)
    })
  }
  const watching = packager
    ? await packager.watchPackages(onChange, onProblem)
    : watchArtifacts(context, onChange, onProblem)
  log.notice('Watching the functions; restart after a change of serverless.yml. Stop with Ctrl-C.')
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

/** Returns undefined if the package does not exist. */
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
  let lastCheck = Promise.resolve()
  const check = () => {
    lastCheck = lastCheck.then(() => onChange(keys)).catch(onProblem)
  }
  const watchers = [...folders].map((folder): FSWatcher => {
    const names = files.filter((file) => dirname(file) === folder).map((file) => basename(file))
    const onEvent = (_event: string, name: string | null) => {
      if (name !== null && !names.includes(name)) return
      clearTimeout(timer)
      timer = setTimeout(check, SETTLE_MS)
    }
    return watchFolder(folder, onEvent).on('error', onProblem)
  })
  return {
    close: async () => {
      clearTimeout(timer)
      for (const watcher of watchers) watcher.close()
      await lastCheck
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
