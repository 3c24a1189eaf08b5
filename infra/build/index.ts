import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type BuildContext, type BuildFailure, type BuildOptions, context, type Metafile, type Plugin } from 'esbuild'
import { BuildError, reportWriteErrors } from './build-error.ts'
import { replaceFile } from './replace-file.ts'
import { zip } from './zip.ts'

const root = join(import.meta.dirname, '../..')

/** Replacements for modules of dependencies, by name. The emulated ECS checks the signatures made with them. */
const substitutes: Record<string, string> = {
  // node:crypto signs six times faster.
  'crypto-js/core': 'module.exports = {}',
  'crypto-js/sha256': "module.exports = require('./crypto-js.ts').sha256",
  'crypto-js/hmac-sha256': "module.exports = require('./crypto-js.ts').hmacSha256",
  // The Signer of @volcengine/openapi imports it only for uploads. With its dependencies, it takes about 90 kB.
  'form-data': 'module.exports = class {}',
  // The server of @modelcontextprotocol/sdk validates with them only what it asks of a client, and ours asks nothing. They take
  // about 140 kB, and time at every start.
  ajv: 'module.exports = class {}',
  'ajv-formats': 'module.exports = () => {}',
}

/** A function by its key in serverless.yml, and its folder in functions/ and dist/. Two may have the same folder. */
export type FunctionEntry = { name: string; folder: string }

export type BundleOptions = {
  /** The functions to build; default: one for each folder in functions/ with an index.ts. */
  functions?: readonly FunctionEntry[]
  /** The project folder, with functions/ and config.toml. */
  projectDirectory?: string
  /** The folder for the bundles; default: dist/ of the project. */
  outputDirectory?: string
  /** Keep the bundles of other functions; default: they are removed. */
  keepOthers?: boolean
}

export type Bundle = {
  name: string
  /** The folder with these files, and no others. */
  directory: string
  /** The content of the function's zip. */
  files: Record<'index.js' | 'config.toml', Uint8Array>
  /** Size of index.js. */
  bytes: number
}

/**
 * Bundles functions into `<output>/<folder>/index.js` (CommonJS, minified) with config.toml beside it, and their source maps
 * into `<output>/source-maps/`. The same sources give the same bytes, regardless of the other functions in the build. A file
 * is replaced atomically, and only if its content changes, so the previous bundles can be in use during a build.
 * @throws {BuildError}
 */
export async function build(options: BundleOptions = {}): Promise<Bundle[]> {
  const builder = await createBuilder(options)
  try {
    return await builder.build()
  } finally {
    await builder.close()
  }
}

type Builder = {
  /** Like the function `build`, but reuses what has not changed since the last call. One at a time. @throws {BuildError} */
  build(): Promise<Bundle[]>
  /** Absolute paths of the project's files in the last successful build. */
  sources: readonly string[]
  close(): Promise<void>
}

/** For repeated builds. */
export async function createBuilder(options: BundleOptions = {}): Promise<Builder> {
  const project = options.projectDirectory ?? root
  const output = options.outputDirectory ?? join(project, 'dist')
  const functions = options.functions ?? functionsIn(project)
  const folders = [...new Set(functions.map(({ folder }) => folder))]
  const configFile = join(project, 'config.toml')
  const bundler = await context(bundlerOptions(project, output, folders))

  const builder: Builder = {
    sources: [],
    build: async () => {
      const missing = functions.filter(({ folder }) => !existsSync(join(project, entryOf(folder))))
      if (missing.length > 0) {
        const problems = missing.map(({ name, folder }) => `function ${name}: there is no ${entryOf(folder)}`)
        throw new BuildError(problems.join('\n'))
      }
      if (!existsSync(configFile)) {
        throw new BuildError(`there is no ${configFile}, which is part of every function's zip`)
      }

      const { outputFiles, metafile } = await bundle(bundler)
      const config = readFileSync(configFile)

      reportWriteErrors(output, () => {
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
        }
      })
    },
    close: () => bundler.dispose(),
  }
  return builder
}

function functionsIn(project: string): FunctionEntry[] {
  const folders = readdirSync(join(project, 'functions')).filter((folder) => existsSync(join(project, entryOf(folder))))
  return folders.map((folder) => ({ name: folder, folder }))
}

const entryOf = (folder: string) => `functions/${folder}/index.ts`

function bundlerOptions(project: string, output: string, folders: readonly string[]) {
  return {
    absWorkingDir: project,
    entryPoints: folders.map((folder) => ({ in: entryOf(folder), out: `${folder}/index` })),
    outdir: output,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minify: true,
    // Node 20 supports them. Otherwise esbuild turns such patterns into calls of RegExp and keeps unused ones: valibot's
    // pattern for emoji would take 0.5 kB of every bundle.
    supported: { 'regexp-unicode-property-escapes': true },
    legalComments: 'none',
    sourcemap: 'external',
    sourcesContent: false, // the sources are on this computer, and their text takes a sixth of the CPU of a build
    sourceRoot: '..', // relative to source-maps/, which is one folder deeper
    define: { 'import.meta.dirname': '__dirname' }, // with it, the sources find config.toml
    plugins: [substitute()],
    metafile: true,
    write: false,
    logLevel: 'silent',
  } as const satisfies BuildOptions
}

async function bundle(bundler: BuildContext<ReturnType<typeof bundlerOptions>>) {
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
  const folder = join(import.meta.dirname, 'substitutes')
  return {
    name: 'substitute',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^(crypto-js|form-data|ajv)/ }, ({ path }) => {
        return substitutes[path] ? { path, namespace: 'substitute' } : undefined
      })
      onLoad({ filter: /./, namespace: 'substitute' }, ({ path }) => {
        return { contents: substitutes[path] ?? '', resolveDir: folder }
      })
    },
  }
}

/** Removes the bundles of other functions. */
function removeOthers(output: string, folders: readonly string[]): void {
  const kept = new Set([...folders, 'source-maps'])
  for (const entry of readdirSync(output, { withFileTypes: true })) {
    const isBundle = entry.isDirectory() && existsSync(join(output, entry.name, 'index.js'))
    if (isBundle && !kept.has(entry.name)) rmSync(join(output, entry.name), { recursive: true })
  }
}

function sourcesIn({ inputs }: Metafile, project: string): string[] {
  return Object.keys(inputs)
    .filter((path) => !path.startsWith('substitute:') && !path.includes('node_modules/'))
    .map((path) => resolve(project, path))
}

async function main(): Promise<void> {
  try {
    const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`.padStart(9)
    for (const { name, directory, files, bytes } of await build()) {
      const zipped = kilobytes(zip(files).length)
      console.log(`${name.padEnd(30)}${kilobytes(bytes)}${zipped} zip   ${relative(root, directory)}`)
    }
  } catch (error) {
    console.error(error instanceof BuildError ? error.message : error)
    process.exitCode = 1
  }
}

// No top-level await: the plugin of the serverless command loads this module as CommonJS.
if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) void main()
