import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type BuildFailure, context, type Metafile, type Plugin } from 'esbuild'
import type { FunctionEntry } from './function-entry.ts'
import { replaceFile } from './replace-file.ts'
import { whyNotWritable } from './why-not-writable.ts'
import { zip } from './zip.ts'

const root = join(import.meta.dirname, '..')

/**
 * What is in the bundles in place of a module of a dependency. The emulated ECS checks the signatures that come out.
 */
const substitutes: Record<string, string> = {
  // node:crypto signs six times faster.
  'crypto-js/core': 'module.exports = {}',
  'crypto-js/sha256': "module.exports = require('./crypto-js.cts').sha256",
  'crypto-js/hmac-sha256': "module.exports = require('./crypto-js.cts').hmacSha256",
  // The Signer of @volcengine/openapi imports it only for uploads; about 90 kB with its dependencies.
  'form-data': 'module.exports = class {}',
}

export type BuildOptions = {
  /** The functions to build; those of serverless.yml when left out. */
  functions?: readonly FunctionEntry[]
  /** The project folder, where functions/ and config.toml are. */
  projectDirectory?: string
  /** Where the bundles go; dist/ of the project when left out. */
  outputDirectory?: string
  /** Leave the bundles of other functions where they are; else they are taken away. */
  keepOthers?: boolean
}

export type Bundle = {
  name: string
  /** Where the files are, and nothing else is. */
  directory: string
  /** What goes into the function's zip. */
  files: Record<'index.js' | 'config.toml', Uint8Array>
  /** Of index.js. */
  bytes: number
  /** Bytes in index.js by package (`.` is our own code), the largest first. */
  packages: [name: string, bytes: number][]
}

/** The bundles cannot be made. The message has all problems, one a line, each with its file and line. */
export class BuildError extends Error {
  override name = 'BuildError'
}

/**
 * Bundles functions into `<output>/<folder>/index.js` (CommonJS, minified) with config.toml beside it, and its source map
 * into `<output>/source-maps/`. The same sources give the same bytes, whichever other functions are built with them. A file
 * is replaced in one step and only when its content changes, so a build may run while something uses the last one.
 * @throws {BuildError}
 * @throws {FunctionsError} when serverless.yml is read
 */
export async function build(options: BuildOptions = {}): Promise<Bundle[]> {
  const builder = await createBuilder(options)
  try {
    return await builder.build()
  } finally {
    await builder.close()
  }
}

type Builder = {
  /** As `build`; what has not changed since the last time costs nothing. One at a time. @throws {BuildError} */
  build(): Promise<Bundle[]>
  /** The files of this project that the last build which succeeded was made of, as absolute paths. */
  sources: readonly string[]
  close(): Promise<void>
}

/** Builds again and again. The options are those of `build`. */
export async function createBuilder(options: BuildOptions = {}): Promise<Builder> {
  const project = options.projectDirectory ?? root
  const output = options.outputDirectory ?? join(project, 'dist')
  const functions = options.functions ?? (await functionsIn(project))
  const folders = [...new Set(functions.map(({ folder }) => folder))]
  const configFile = join(project, 'config.toml')
  const bundler = await createBundler(project, output, folders)

  const builder: Builder = {
    sources: [],
    build: async () => {
      const missing = functions.filter(({ folder }) => !existsSync(join(project, entryOf(folder))))
      if (missing.length > 0) {
        const problems = missing.map(({ name, folder }) => `function ${name}: there is no ${entryOf(folder)}`)
        throw new BuildError(problems.join('\n'))
      }
      if (!existsSync(configFile))
        throw new BuildError(`there is no ${configFile}, which goes into every function's zip`)

      const { outputFiles, metafile } = await bundled(bundler)
      const config = readFileSync(configFile)

      writing(output, () => {
        replaceFile(join(output, 'package.json'), '{"type":"commonjs"}\n') // the project is ESM, the bundles are not
        for (const { path, contents } of outputFiles) {
          replaceFile(path.endsWith('.map') ? join(output, 'source-maps', relative(output, path)) : path, contents)
        }
        for (const folder of folders) replaceFile(join(output, folder, 'config.toml'), config)
        if (!options.keepOthers) removeOthers(output, folders)
      })

      builder.sources = [configFile, ...sourcesIn(metafile, project)]
      return functions.map(({ name, folder }) => {
        const path = join(output, folder, 'index.js')
        const code = outputFiles.find((file) => file.path === path)?.contents ?? new Uint8Array()
        return {
          name,
          directory: dirname(path),
          files: { 'index.js': code, 'config.toml': config },
          bytes: code.length,
          packages: packagesIn(metafile, relative(project, path)),
        }
      })
    },
    close: () => bundler.dispose(),
  }
  return builder
}

async function functionsIn(project: string): Promise<FunctionEntry[]> {
  // Not above: reading YAML takes 45 ms to load, which the serverless command, having read it, need not wait for.
  const { functionsOf } = await import('./serverless-yml.ts')
  return functionsOf(join(project, 'serverless.yml'))
}

const entryOf = (folder: string) => `functions/${folder}/index.ts`

type Bundler = Awaited<ReturnType<typeof createBundler>>

function createBundler(project: string, output: string, folders: readonly string[]) {
  return context({
    absWorkingDir: project,
    entryPoints: folders.map((folder) => ({ in: entryOf(folder), out: `${folder}/index` })),
    outdir: output,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minify: true,
    // Node 20 has them. Else every such pattern becomes a call of RegExp, which is kept even where nothing uses it: valibot's
    // pattern for emoji is 0.5 kB of every bundle.
    supported: { 'regexp-unicode-property-escapes': true },
    legalComments: 'none',
    sourcemap: 'external',
    sourceRoot: '..', // the maps move one folder down, away from what is zipped
    define: { 'import.meta.dirname': '__dirname' }, // how the sources find config.toml
    plugins: [substitute()],
    metafile: true,
    write: false,
    logLevel: 'silent',
  })
}

async function bundled(bundler: Bundler) {
  try {
    return await bundler.rebuild()
  } catch (error) {
    const { errors = [] } = error as Partial<BuildFailure>
    if (errors.length === 0) throw error
    const lines = errors.map(({ location, text }) =>
      location ? `${location.file}:${location.line}:${location.column + 1}: ${text}` : text,
    )
    throw new BuildError(lines.join('\n'), { cause: error })
  }
}

function substitute(): Plugin {
  const folder = join(root, 'infra', 'substitutes')
  return {
    name: 'substitute',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^(crypto-js|form-data)/ }, ({ path }) => {
        return substitutes[path] ? { path, namespace: 'substitute' } : undefined
      })
      onLoad({ filter: /./, namespace: 'substitute' }, ({ path }) => {
        return { contents: substitutes[path] ?? '', resolveDir: folder }
      })
    },
  }
}

/** Does what writes to a folder. Throws BuildError where the system refuses: the disk is full, or it is somebody else's. */
export function writing<Result>(folder: string, work: () => Result): Result {
  try {
    return work()
  } catch (cause) {
    const { syscall, message } = cause as NodeJS.ErrnoException
    if (!syscall) throw cause
    throw new BuildError(`${folder} cannot be written: ${whyNotWritable(folder) ?? message}`, { cause })
  }
}

/** Takes away the bundles of other functions. */
function removeOthers(output: string, folders: readonly string[]): void {
  const kept = new Set([...folders, 'source-maps'])
  for (const entry of readdirSync(output, { withFileTypes: true })) {
    const isBundle = entry.isDirectory() && existsSync(join(output, entry.name, 'index.js'))
    if (isBundle && !kept.has(entry.name)) rmSync(join(output, entry.name), { recursive: true })
  }
}

function sourcesIn({ inputs }: Metafile, project: string): string[] {
  const isFile = (path: string) => !path.startsWith('substitute:')
  return Object.keys(inputs)
    .filter((path) => isFile(path) && !path.includes('node_modules/'))
    .map((path) => resolve(project, path))
}

function packagesIn(metafile: Metafile, outputPath: string): [string, number][] {
  const sizes = new Map<string, number>()
  for (const [path, { bytesInOutput }] of Object.entries(metafile.outputs[outputPath]?.inputs ?? {})) {
    const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? '.'
    sizes.set(name, (sizes.get(name) ?? 0) + bytesInOutput)
  }
  return [...sizes].sort(([, one], [, other]) => other - one)
}

async function main(): Promise<void> {
  try {
    const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`.padStart(9)
    for (const { name, directory, files, bytes, packages } of await build()) {
      const largest = packages.slice(0, 3).map(([of, size]) => `${of === '.' ? 'own code' : of}${kilobytes(size)}`)
      console.log(
        `${name.padEnd(30)}${kilobytes(bytes)}${kilobytes(zip(files).length)} zip   ${relative(root, directory)}   (${largest.join(', ')})`,
      )
    }
  } catch (error) {
    console.error(error instanceof Error && /^(Build|Functions)Error$/.test(error.name) ? error.message : error)
    process.exitCode = 1
  }
}

// No top-level await: the plugin of the serverless command is loaded as CommonJS.
if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) void main()
