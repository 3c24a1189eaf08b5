import { existsSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { unzipSync } from 'fflate'
import { BuildError, type BuildOptions, type Bundle, build, writing } from '../build.ts'
import { type FunctionEntry, folderOf, HANDLER_RULE } from '../function-entry.ts'
import { replaceFile } from '../replace-file.ts'
import { zip } from '../zip.ts'
import { checkConfiguration } from './configuration.ts'
import type { FunctionObject, Options, Osls, Utils } from './osls.ts'
import { type Watch, watch } from './watch.ts'

/**
 * Packages this project's functions for the serverless command, each into a zip of its own with its bundle and config.toml,
 * `.serverless/<function>.zip`, and hands it on as `package.artifact`. Before that it checks the configuration that the
 * functions will see. A function with another `package.artifact` in serverless.yml is left alone.
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
      // Its configuration may yet come, by --env, and the function names all that is wrong with it.
      'before:invoke:local:loadEnvVars': () => this.#package(this.#functions(options.function), { check: false }),
      'before:deploy:deploy': async () => this.#useEarlierPackage(),
    }
  }

  /**
   * Packages all functions now and whenever their sources change, until it is closed. `onChange` gets the functions whose
   * zip was replaced; what changes meanwhile waits until it is done. `onProblem` gets what keeps them from being packaged,
   * and what `onChange` throws. For another plugin that deploys what changes.
   */
  watchPackages(onChange: (names: string[]) => Promise<void>, onProblem: (error: Error) => void): Promise<Watch> {
    const functions = this.#functions()
    return watch(this.#buildOptions(this.#entries(functions)), {
      onChange: async (bundles) => {
        this.#checkConfiguration(functions)
        const names = this.#write(bundles)
        if (names.length > 0) await onChange(names)
      },
      onProblem,
    })
  }

  async #package(functions: Readonly<Record<string, FunctionObject>>, { check = true } = {}): Promise<void> {
    const started = performance.now()
    const entries = this.#entries(functions)
    if (check) this.#checkConfiguration(functions)
    const changed = await this.#make(entries)

    // After other commands it is a detail.
    const level = this.#osls.processedInput.commands[0] === 'package' ? 'notice' : 'info'
    const what = `${entries.length} function${entries.length === 1 ? '' : 's'}`
    const where = relative(this.#osls.serviceDir, this.#directory()) || '.'
    const seconds = ((performance.now() - started) / 1_000).toFixed(1)
    this.#log[level](`Packaged ${what} into ${where} in ${seconds} s, ${changed.length || 'none'} changed`)
  }

  /** With deploy --package: what stands there is deployed as it is. */
  #useEarlierPackage(): void {
    if (!(this.#options.package ?? this.#osls.service.package.path)) return
    const functions = this.#functions()
    this.#checkConfiguration(functions)
    const files = Object.keys(functions).map((name) => this.#fileOf(name))
    const missing = files.filter((file) => !existsSync(file))
    if (missing.length > 0) {
      const command = `serverless package --package ${relative(this.#osls.serviceDir, this.#directory())}`
      throw this.#error(`Packages are missing; ${command} makes them:\n  ${missing.join('\n  ')}`, 'PACKAGE_MISSING')
    }
    const config = readFileSync(join(this.#osls.serviceDir, 'config.toml'))
    const other = files.filter(
      (file) => !config.equals(unzipSync(readFileSync(file))['config.toml'] ?? Buffer.alloc(0)),
    )
    if (other.length > 0) {
      throw this.#error(
        `These packages have another config.toml than the one that was checked; package again:\n  ${other.join('\n  ')}`,
        'PACKAGE_OUTDATED',
      )
    }
    for (const name of Object.keys(functions)) this.#handOn(name)
  }

  /** The functions that are to be packaged here, by their keys in serverless.yml. */
  #functions(only?: string): Record<string, FunctionObject> {
    const { service } = this.#osls
    if (only !== undefined && !Object.hasOwn(service.functions, only)) {
      const known = Object.keys(service.functions).join(', ')
      throw this.#error(`There is no function ${only} in serverless.yml; there are ${known}`, 'UNKNOWN_FUNCTION')
    }
    const functions = only === undefined ? service.functions : { [only]: service.getFunction(only) }
    const isOurs = (name: string, artifact = this.#fileOf(name)) => artifact === this.#fileOf(name)
    return Object.fromEntries(
      Object.entries(functions).filter(([name, { package: given }]) => isOurs(name, given?.artifact)),
    )
  }

  #entries(functions: Readonly<Record<string, FunctionObject>>): FunctionEntry[] {
    const entries = Object.entries(functions).map(([name, { handler }]) => ({ name, folder: folderOf(handler) }))
    const problems = entries.filter(({ folder }) => folder === undefined)
    if (problems.length > 0) {
      const lines = problems.map(({ name }) => `functions.${name}.handler ${HANDLER_RULE}`)
      throw this.#error(`serverless.yml cannot be used:\n  ${lines.join('\n  ')}`, 'INVALID_HANDLER')
    }
    return entries.map(({ name, folder = '' }) => ({ name, folder }))
  }

  #checkConfiguration(functions: Readonly<Record<string, FunctionObject>>): void {
    const { service, serviceDir } = this.#osls
    const stage = this.#options.stage ?? service.provider.stage ?? 'dev'
    // As people would name it.
    const file = relative(process.cwd(), join(serviceDir, 'config.toml'))
    const { problems, warnings } = checkConfiguration(functions, service.provider, stage, file)
    for (const warning of warnings) this.#log.warning(warning)
    if (problems.length === 0) return
    const command = this.#osls.processedInput.commands.join(' ')
    throw this.#error(
      `The functions could not work with their configuration in stage ${stage}. Nothing was ${command === 'package' ? 'packaged' : 'changed'}.\n` +
        `  ${problems.join('\n  ')}\n` +
        `Correct ${file} (fill in the values marked NEEDED), or set ECS_MANAGER__<SECTION>__<KEY> in serverless.yml under environment.` +
        (stage !== 'local' && service.provider.stages?.local
          ? '\nFor the emulated cloud, which needs no values of yours, add --stage local.'
          : ''),
      'INVALID_FUNCTION_CONFIGURATION',
    )
  }

  #buildOptions(functions: FunctionEntry[]): BuildOptions {
    const { service, serviceDir } = this.#osls
    const areAll = functions.length === Object.keys(service.functions).length
    return { functions, projectDirectory: serviceDir, keepOthers: !areAll }
  }

  /** Returns the names of the functions whose zip has changed. */
  async #make(functions: FunctionEntry[]): Promise<string[]> {
    if (functions.length === 0) return []
    try {
      return this.#write(await build(this.#buildOptions(functions)))
    } catch (cause) {
      if (!(cause instanceof BuildError)) throw cause
      throw this.#error(
        `The functions cannot be bundled:\n  ${cause.message.replaceAll('\n', '\n  ')}`,
        'BUNDLING',
        cause,
      )
    }
  }

  /** The same, of bundles that are there. Throws BuildError. */
  #write(bundles: readonly Bundle[]): string[] {
    return bundles.flatMap(({ name, files }) => {
      const isChanged = writing(this.#directory(), () => replaceFile(this.#fileOf(name), zip(files)))
      this.#handOn(name)
      return isChanged ? [name] : []
    })
  }

  #handOn(name: string): void {
    const one = this.#osls.service.getFunction(name)
    one.package = { ...one.package, artifact: this.#fileOf(name) }
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
