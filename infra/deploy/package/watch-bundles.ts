import { type FSWatcher, watch } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Bundle, type BundleOptions, createBuilder } from '../../build/index.ts'

type BundleListener = {
  /** Gets the bundles that have changed; the first time, all of them. Changes during a call are part of the next call. */
  onChange: (changed: Bundle[]) => void | Promise<void>
  /** Gets each BuildError, once until it changes, and the errors that `onChange` throws. */
  onProblem: (error: Error) => void
}

export type BundleWatcher = { close(): Promise<void> }

/** Editors write a file in several steps. */
const SETTLE_MS = 20

/** After a failed build: the missing file may appear in a folder that is not watched, or does not exist yet. */
const RETRY_MS = 1_000

/**
 * Builds, and builds again whenever a source file of the functions changes. Resolves after the first build.
 * @throws {BuildError} if serverless.yml is read and cannot be used
 */
export async function watchBundles(
  options: BundleOptions,
  { onChange, onProblem }: BundleListener,
): Promise<BundleWatcher> {
  const builder = await createBuilder(options)
  const built = new Map<string, Bundle>()
  let watchers = new Map<string, FSWatcher>()
  let problem: string | undefined
  let timer: NodeJS.Timeout | undefined
  let lastUpdate = Promise.resolve()
  let isUpdateQueued = false
  let isClosed = false

  await update()

  async function update(): Promise<void> {
    isUpdateQueued = false
    if (isClosed) return
    const changed = await rebuild()
    for (const bundle of changed) built.set(bundle.name, bundle)
    try {
      if (changed.length > 0) await onChange(changed)
    } catch (error) {
      onProblem(error as Error)
    }
  }

  async function rebuild(): Promise<Bundle[]> {
    try {
      const bundles = await builder.build()
      problem = undefined
      watchSources()
      return bundles.filter((bundle) => !isSame(bundle, built.get(bundle.name)))
    } catch (error) {
      const { message } = error as Error
      if (message !== problem) onProblem(error as Error)
      problem = message
      updateIn(RETRY_MS)
      return []
    }
  }

  function updateIn(milliseconds: number): void {
    clearTimeout(timer)
    timer = setTimeout(() => {
      if (!isUpdateQueued) lastUpdate = lastUpdate.then(update)
      isUpdateQueued = true
    }, milliseconds)
  }

  /** Watches the folders of all sources. Renews every watcher, because a folder may have been removed and created again. */
  function watchSources(): void {
    const before = watchers
    const folders = new Set(builder.sources.map((path) => dirname(path)))
    watchers = new Map([...folders].map((folder) => [folder, watchFolder(folder)]))
    for (const watcher of before.values()) watcher.close()
    // In a new folder, a file may have changed after the build read it and before the watcher started.
    if ([...folders].some((folder) => !before.has(folder))) updateIn(SETTLE_MS)
  }

  function watchFolder(folder: string): FSWatcher {
    const watcher = watch(folder, (_event, name) => {
      const isSource = name === null || builder.sources.includes(join(folder, name))
      if (isSource || problem !== undefined) updateIn(SETTLE_MS)
    })
    return watcher.on('error', () => watcher.close()) // the folder is gone, which the next build reports
  }

  return {
    close: async () => {
      isClosed = true
      clearTimeout(timer)
      for (const watcher of watchers.values()) watcher.close()
      await lastUpdate
      await builder.close()
    },
  }
}

function isSame(one: Bundle, other: Bundle | undefined): boolean {
  return (
    other !== undefined &&
    Buffer.compare(one.files['index.js'], other.files['index.js']) === 0 &&
    Buffer.compare(one.files['config.toml'], other.files['config.toml']) === 0
  )
}
