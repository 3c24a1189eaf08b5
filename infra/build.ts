import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { type BuildFailure, build as esbuild, type Metafile, type OutputFile, type Plugin } from 'esbuild'
import { readService, type Service } from './service.ts'

const root = join(import.meta.dirname, '..')

/**
 * What stands in the bundles for a module of a dependency, from infra/substitutes. The bundles are
 * tested with it: the emulated ECS checks the signatures that come out.
 */
const substitutes: Record<string, string> = {
  'crypto-js/core': 'module.exports = {}',
  'crypto-js/sha256': "module.exports = require('./crypto-js.cts').sha256",
  'crypto-js/hmac-sha256': "module.exports = require('./crypto-js.cts').hmacSha256",
  // Imported by the Signer of @volcengine/openapi for uploads alone; about 90 kB with what it needs.
  'form-data': 'module.exports = class {}',
  '@middy/util': "export * from './middy-util.ts'",
  // Loaded by @middy/core for streamed answers alone, 1 ms of a cold start.
  'node:stream': 'export const Readable = undefined',
  'node:stream/promises': 'export const pipeline = undefined',
  'node:stream/web': 'export class ReadableStream {}',
  // Within smol-toml.
  './date.js': "export { TomlDate } from './smol-toml.ts'",
  './error.js': "export { TomlError } from './smol-toml.ts'",
}

/**
 * Names of properties that a dependency, or our own code, speaks with itself alone: shortened, they are 1.3 kB less of every
 * bundle. A name that anything else reads, in JSON above all, must not stand here.
 */
const innerNames = [
  // the Signer of @volcengine/openapi
  'queryParamsToString bodySha256 sortParams getSignUrl getDateTime addHeaders getSigningKey stringToSign canonicalString',
  'canonicalHeaders canonicalHeaderValues signedHeaders signedQueries credentialString hexEncodedHash hexEncodedBodyHash',
  'isSignableHeader iso8601 createScope v4Identifier dateHeader tokenHeader contentSha256Header notSignBody kDatePrefix',
  'algorithmKey signHeadersKey signQueriesKey signatureKey',
  // valibot
  'abortEarly abortPipeEarly expects reference requirement',
  // middy
  'timeoutEarlyInMillis timeoutEarlyResponse streamifyResponse',
  'disableContentTypeCheck disableContentTypeError unsafeKeyBehaviour',
  // our own
  'callerRequestId multiValueReply',
].flatMap((line) => line.split(' '))

export type BuildOptions = {
  /** The functions to build; what serverless.yml says when left out. */
  service?: Service
  /** The project folder, where functions/ and config.toml are. */
  projectDirectory?: string
  /** Where the bundles go; dist/ of the project when left out. */
  outputDirectory?: string
}

export type Bundle = {
  name: string
  /** What goes into the function's zip: index.js and config.toml, nothing else. */
  directory: string
  bytes: number
  gzipBytes: number
  /** Bytes in the bundle by package (`.` is our own code), the largest first. */
  packages: [name: string, bytes: number][]
}

/** The bundles cannot be made. The message has all problems, one a line, each with its file and line. */
export class BuildError extends Error {
  override name = 'BuildError'
}

/**
 * Bundles every function of the service into `<output>/<folder>/index.js` (CommonJS, minified) with config.toml beside
 * it, and its source map into `<output>/source-maps/`. The same sources give the same bytes. A file is replaced in one
 * step and only when its content changes, so a build may run while something uses the last one.
 * Throws BuildError, or ServiceError for serverless.yml.
 */
export async function build(options: BuildOptions = {}): Promise<Bundle[]> {
  const project = options.projectDirectory ?? root
  const output = options.outputDirectory ?? join(project, 'dist')
  const service = options.service ?? readService(join(project, 'serverless.yml'))

  const entries = service.functions.map(({ name, folder }) => ({ name, folder, ...entryOf(project, folder) }))
  const missing = entries.filter(({ found }) => !found)
  if (missing.length > 0) {
    throw new BuildError(missing.map(({ name, entry }) => `function ${name}: there is no ${entry}`).join('\n'))
  }
  const configFile = join(project, 'config.toml')
  if (!existsSync(configFile)) throw new BuildError(`there is no ${configFile}, which goes into every function's zip`)

  const { files, metafile } = await bundle(project, output, entries)

  const config = readFileSync(configFile)
  write(join(output, 'package.json'), '{"type":"commonjs"}\n') // the project is ESM, the bundles are not
  for (const { path, contents } of files) {
    write(path.endsWith('.map') ? join(output, 'source-maps', relative(output, path)) : path, contents)
  }
  for (const { folder } of entries) write(join(output, folder, 'config.toml'), config)
  removeLeftovers(
    output,
    entries.map(({ folder }) => folder),
  )

  return entries.map(({ name, folder }) => {
    const path = join(output, folder, 'index.js')
    const code = files.find((file) => file.path === path)?.contents ?? new Uint8Array()
    return {
      name,
      directory: dirname(path),
      bytes: code.length,
      gzipBytes: gzipSync(code).length,
      packages: packagesIn(metafile, relative(project, path)),
    }
  })
}

function entryOf(project: string, folder: string): { entry: string; found: boolean } {
  const entry = `functions/${folder}/index.ts`
  return { entry, found: existsSync(join(project, entry)) }
}

async function bundle(
  project: string,
  output: string,
  entries: { folder: string; entry: string }[],
): Promise<{ files: OutputFile[]; metafile: Metafile }> {
  try {
    const { outputFiles, metafile } = await esbuild({
      absWorkingDir: project,
      entryPoints: entries.map(({ folder, entry }) => ({ in: entry, out: `${folder}/index` })),
      outdir: output,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      minify: true,
      // Node 20 has them. Else every such pattern becomes a call of RegExp, which is kept even where nothing uses it: valibot's
      // pattern for emoji is 0.5 kB of every bundle.
      supported: { 'regexp-unicode-property-escapes': true },
      mangleProps: new RegExp(`^(${innerNames.join('|')})$`),
      legalComments: 'none',
      sourcemap: 'external',
      sourceRoot: '..', // the maps move one folder down, away from what is zipped
      define: { 'import.meta.dirname': '__dirname' }, // how the sources find config.toml
      plugins: [substitute()],
      metafile: true,
      write: false,
      logLevel: 'silent',
    })
    return { files: outputFiles, metafile }
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
      onResolve({ filter: /./ }, ({ path, importer }) => {
        const owner = path.startsWith('.') ? '/smol-toml/' : path.startsWith('node:') ? '/@middy/core/' : ''
        const meant = importer.includes(owner)
        return meant && substitutes[path] ? { path, namespace: 'substitute' } : undefined
      })
      onLoad({ filter: /./, namespace: 'substitute' }, ({ path }) => {
        return { contents: substitutes[path] ?? '', resolveDir: folder }
      })
    },
  }
}

function write(path: string, contents: string | Uint8Array): void {
  if (existsSync(path) && readFileSync(path).equals(Buffer.from(contents))) return
  mkdirSync(dirname(path), { recursive: true })
  const temporary = `${path}.${process.pid}`
  writeFileSync(temporary, contents)
  renameSync(temporary, path)
}

/** Takes away the bundles of functions that serverless.yml no longer names. */
function removeLeftovers(output: string, folders: string[]): void {
  const kept = new Set([...folders, 'source-maps'])
  for (const entry of readdirSync(output, { withFileTypes: true })) {
    const isBundle = entry.isDirectory() && existsSync(join(output, entry.name, 'index.js'))
    if (isBundle && !kept.has(entry.name)) rmSync(join(output, entry.name), { recursive: true })
  }
}

function packagesIn(metafile: Metafile, outputPath: string): [string, number][] {
  const sizes = new Map<string, number>()
  for (const [path, { bytesInOutput }] of Object.entries(metafile.outputs[outputPath]?.inputs ?? {})) {
    const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? '.'
    sizes.set(name, (sizes.get(name) ?? 0) + bytesInOutput)
  }
  return [...sizes].sort(([, one], [, other]) => other - one)
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`.padStart(9)
    for (const { name, directory, bytes, gzipBytes, packages } of await build()) {
      const largest = packages.slice(0, 3).map(([of, size]) => `${of === '.' ? 'own code' : of}${kilobytes(size)}`)
      console.log(
        `${name.padEnd(30)}${kilobytes(bytes)}${kilobytes(gzipBytes)} gzip   ${relative(root, directory)}   (${largest.join(', ')})`,
      )
    }
  } catch (error) {
    console.error(error instanceof Error && /^(Build|Service)Error$/.test(error.name) ? error.message : error)
    process.exitCode = 1
  }
}
