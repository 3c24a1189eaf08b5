import { existsSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { unzipSync } from 'fflate'
import { BuildError, reportWriteErrors } from '../../build/build-error.ts'
import { type Bundle, type BundleOptions, build, type FunctionEntry } from '../../build/index.ts'
import { replaceFile } from '../../build/replace-file.ts'
import { zip } from '../../build/zip.ts'
import { checkConfiguration } from './configuration.ts'
import type { FunctionObject, Options, Osls, Utils } from './osls.ts'
import { type BundleWatcher, watchBundles } from './watch-bundles.ts'

type Functions = Readonly<Record<string, FunctionObject>>

/**
 * Packages the functions of this project for the serverless command: a zip with the bundle and config.toml for each,
 * `.serverless/<function>.zip`, which becomes its `package.artifact`. First it checks the configuration of the functions.
 * A function with its own `package.artifact` in serverless.yml is not packaged.
 */
export default class PackagePlugin {
  readonly hooks: Record<string, () => Promise<void>>
  readonly #osls: Osls
  readonly #options: Options
  readonly #log: Utils['log']

  constructor(osls: Osls, options: Options, { log }: Utils) {
    this.#osls = osls
    this.#options = options
    this.#log = log
    this.hooks = {
      'before:package:createDeploymentArtifacts': () => this.#package(this.#functions()),
      'before:deploy:function:packageFunction': () => this.#package(this.#functions(options.function)),
      // No check: --env can still complete the configuration, and the function itself reports its problems.
      'before:invoke:local:loadEnvVars': () => this.#package(this.#functions(options.function), { check: false }),
      'before:deploy:deploy': async () => this.#useEarlierPackages(),
    }
  }

  /**
   * Packages all functions, and again whenever their sources change, until it is closed. `onChange` gets the names of the
   * functions with a new zip; changes during a call are part of the next call. `onProblem` gets what keeps the functions
   * from being packaged, and the errors that `onChange` throws. Other plugins use it to deploy what changes.
   */
  watchPackages(
    onChange: (names: string[]) => Promise<void>,
    onProblem: (error: Error) => void,
  ): Promise<BundleWatcher> {
    const functions = this.#functions()
    return watchBundles(this.#bundleOptions(this.#entries(functions)), {
      onChange: async (bundles) => {
        this.#checkConfiguration(functions)
        const names = this.#writeZips(bundles)
        if (names.length > 0) await onChange(names)
      },
      onProblem,
    })
  }

  async #package(functions: Functions, { check = true } = {}): Promise<void> {
    const started = performance.now()
    const entries = this.#entries(functions)
    if (check) this.#checkConfiguration(functions)
    const changed = await this.#build(entries)

    // For commands other than `package`, this is a detail.
    const level = this.#osls.processedInput.commands[0] === 'package' ? 'notice' : 'info'
    const what = `${entries.length} function${entries.length === 1 ? '' : 's'}`
    const where = relative(this.#osls.serviceDir, this.#directory()) || '.'
    const seconds = ((performance.now() - started) / 1_000).toFixed(1)
    this.#log[level](`Packaged ${what} into ${where} in ${seconds} s, ${changed.length || 'none'} changed`)
  }

  /** For `deploy --package`: the existing zips are deployed as they are. */
  #useEarlierPackages(): void {
    if (!(this.#options.package ?? this.#osls.service.package.path)) return
    const functions = this.#functions()
    this.#checkConfiguration(functions)
    const files = Object.keys(functions).map((name) => this.#fileOf(name))
    const missing = files.filter((file) => !existsSync(file))
    if (missing.length > 0) {
      const command = `serverless package --package ${relative(this.#osls.serviceDir, this.#directory())}`
      throw this.#error(`Packages are missing; ${command} creates them:\n  ${missing.join('\n  ')}`, 'PACKAGE_MISSING')
    }
    const config = readFileSync(join(this.#osls.serviceDir, 'config.toml'))
    const outdated = files.filter(
      (file) => !config.equals(unzipSync(readFileSync(file))['config.toml'] ?? Buffer.alloc(0)),
    )
    if (outdated.length > 0) {
      throw this.#error(
        `These packages have another config.toml than the one that was checked; package again:\n  ${outdated.join('\n  ')}`,
        'PACKAGE_OUTDATED',
      )
    }
    for (const name of Object.keys(functions)) this.#setArtifact(name)
  }

  /** The functions that this plugin packages, by their keys in serverless.yml; only one of them if its name is given. */
  #functions(name?: string): Functions {
    const { service } = this.#osls
    if (name !== undefined && !Object.hasOwn(service.functions, name)) {
      const known = Object.keys(service.functions).join(', ')
      throw this.#error(`There is no function ${name} in serverless.yml; there are ${known}`, 'UNKNOWN_FUNCTION')
    }
    const functions = name === undefined ? service.functions : { [name]: service.getFunction(name) }
    const isOurs = ([key, { package: given }]: [string, FunctionObject]) =>
      given?.artifact === undefined || given.artifact === this.#fileOf(key)
    return Object.fromEntries(Object.entries(functions).filter(isOurs))
  }

  #entries(functions: Functions): FunctionEntry[] {
    const entries: FunctionEntry[] = []
    const problems: string[] = []
    for (const [name, { handler }] of Object.entries(functions)) {
      const [, folder] = /^functions\/([a-z0-9-]+)\/index\.handler$/.exec(String(handler)) ?? []
      if (folder !== undefined) entries.push({ name, folder })
      else problems.push(`functions.${name}.handler must be functions/<folder>/index.handler`)
    }
    if (problems.length > 0) {
      throw this.#error(`serverless.yml cannot be used:\n  ${problems.join('\n  ')}`, 'INVALID_HANDLER')
    }
    return entries
  }

  #checkConfiguration(functions: Functions): void {
    const { service, serviceDir } = this.#osls
    const stage = this.#options.stage ?? service.provider.stage ?? 'dev'
    const file = relative(process.cwd(), join(serviceDir, 'config.toml'))
    const { problems, warnings } = checkConfiguration(functions, service.provider, stage, file)
    for (const warning of warnings) this.#log.warning(warning)
    if (problems.length === 0) return
    const undone = this.#osls.processedInput.commands.join(' ') === 'package' ? 'packaged' : 'changed'
    const lines = [
      `The functions cannot work with their configuration in stage ${stage}. Nothing was ${undone}.`,
      ...problems.map((problem) => `  ${problem}`),
      `Correct ${file} (fill in the values marked NEEDED), or set ECS_MANAGER__<SECTION>__<KEY> in serverless.yml under environment.`,
    ]
    if (stage !== 'local' && service.provider.stages?.local) {
      lines.push('For the emulated cloud, which needs none of these values, add --stage local.')
    }
    throw this.#error(lines.join('\n'), 'INVALID_FUNCTION_CONFIGURATION')
  }

  #bundleOptions(functions: FunctionEntry[]): BundleOptions {
    const { service, serviceDir } = this.#osls
    const areAll = functions.length === Object.keys(service.functions).length
    return { functions, projectDirectory: serviceDir, keepOthers: !areAll }
  }

  /** Builds functions and writes their zips. Returns the names of the functions whose zip has changed. */
  async #build(functions: FunctionEntry[]): Promise<string[]> {
    if (functions.length === 0) return []
    try {
      return this.#writeZips(await build(this.#bundleOptions(functions)))
    } catch (cause) {
      if (!(cause instanceof BuildError)) throw cause
      const problems = cause.message.replaceAll('\n', '\n  ')
      throw this.#error(`The functions cannot be bundled:\n  ${problems}`, 'BUNDLING', cause)
    }
  }

  /** Returns the names of the functions whose zip has changed. @throws {BuildError} */
  #writeZips(bundles: readonly Bundle[]): string[] {
    const changed: string[] = []
    for (const { name, files } of bundles) {
      if (reportWriteErrors(this.#directory(), () => replaceFile(this.#fileOf(name), zip(files)))) changed.push(name)
      this.#setArtifact(name)
    }
    return changed
  }

  #setArtifact(name: string): void {
    const settings = this.#osls.service.getFunction(name)
    settings.package = { ...settings.package, artifact: this.#fileOf(name) }
  }

  #fileOf(name: string): string {
    return join(this.#directory(), `${name}.zip`)
  }

  #directory(): string {
    const { serviceDir, service } = this.#osls
    return resolve(serviceDir, this.#options.package ?? service.package.path ?? '.serverless')
  }

  #error(message: string, code: string, cause?: unknown): Error {
    return new this.#osls.classes.Error(message, code, { cause })
  }
}
