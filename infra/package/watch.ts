import { type FSWatcher, watch as watchFolder } from 'node:fs'
import { dirname, join } from 'node:path'
import { type BuildOptions, type Bundle, createBuilder } from '../build.ts'

type WatchListener = {
  /**
   * Gets the bundles that are not what they were; at first all of them. It is not called again before it is done: what
   * changes meanwhile comes in one call after it.
   */
  onChange: (changed: Bundle[]) => void | Promise<void>
  /** Gets what keeps the functions from being built (BuildError), once, and what `onChange` throws. */
  onProblem: (error: Error) => void
}

export type Watch = { close(): Promise<void> }

/** Editors write a file in several steps. */
const SETTLE_MS = 20

/** What a build misses may come where nobody looks, such as in a folder that is not there yet. */
const RETRY_MS = 1_000

/**
 * Builds, and builds again whenever a file changes that the functions are made of. Returns after the first build.
 * @throws {FunctionsError} when serverless.yml is read
 */
export async function watch(options: BuildOptions, { onChange, onProblem }: WatchListener): Promise<Watch> {
  const builder = await createBuilder(options)
  const built = new Map<string, Bundle>()
  let watchers = new Map<string, FSWatcher>()
  let problem: string | undefined
  let timer: NodeJS.Timeout | undefined
  let turn = Promise.resolve()
  let isWaiting = false
  let isClosed = false

  await work()

  async function work(): Promise<void> {
    isWaiting = false
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
      follow()
      return bundles.filter((bundle) => !isSame(bundle, built.get(bundle.name)))
    } catch (error) {
      const { message } = error as Error
      if (message !== problem) onProblem(error as Error)
      problem = message
      workIn(RETRY_MS)
      return []
    }
  }

  function workIn(milliseconds: number): void {
    clearTimeout(timer)
    timer = setTimeout(() => {
      if (!isWaiting) turn = turn.then(work)
      isWaiting = true
    }, milliseconds)
  }

  /** Watches the folders of all sources, each anew: one that was removed and made again is another one. */
  function follow(): void {
    const before = watchers
    watchers = new Map([...new Set(builder.sources.map((path) => dirname(path)))].map((path) => [path, watched(path)]))
    for (const watcher of before.values()) watcher.close()
    // A file may have changed after it was read, and before anybody looked.
    if ([...watchers.keys()].some((path) => !before.has(path))) workIn(SETTLE_MS)
  }

  function watched(folder: string): FSWatcher {
    const watcher = watchFolder(folder, (_event, name) => {
      const isSource = name === null || builder.sources.includes(join(folder, name))
      if (isSource || problem !== undefined) workIn(SETTLE_MS)
    })
    return watcher.on('error', () => watcher.close()) // the folder is gone, and the next build will say so
  }

  return {
    close: async () => {
      isClosed = true
      clearTimeout(timer)
      for (const watcher of watchers.values()) watcher.close()
      await turn
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
