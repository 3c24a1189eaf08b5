import { realpathSync } from 'node:fs'
import { LocalError } from '../local/error.ts'
import { announce, cloudUrl, ownerOf, runOf } from '../local/owner.ts'
import type { Credentials } from '../vefaas/cloud/client.ts'
import { credentialsFrom } from '../vefaas/credentials.ts'
import type { Options, Osls, Utils } from './osls.ts'
import { SandboxesUnknown, sandboxesOf } from './sandboxes.ts'

const otherProject = {
  usage: 'With --stage local: also where the local cloud belongs to another project folder',
  type: 'boolean',
}
const withOtherProject = { options: { 'other-project': otherProject } }
const leaveSandboxes = { usage: 'Also while sandboxes exist: they go on running without the clean-up', type: 'boolean' }

/** What changes a deployment. */
const DEPLOYING = ['deploy', 'deploy function', 'remove', 'rollback function', 'watch']

/** What may change machines, or what others see of a cloud. */
const CHANGING = [...DEPLOYING, 'invoke', 'invoke local']

const READING = ['info', 'logs']

/**
 * Stops a command of `serverless` that would remove the clean-up while sandboxes exist, or that would work on the local cloud
 * of another project folder. Each has an option to do it anyway.
 */
export default class GuardPlugin {
  readonly commands = {
    deploy: { ...withOtherProject, commands: { function: withOtherProject } },
    remove: { options: { 'other-project': otherProject, 'leave-sandboxes': leaveSandboxes } },
    rollback: { type: 'container', commands: { function: withOtherProject } },
    watch: withOtherProject,
    invoke: { ...withOtherProject, commands: { local: withOtherProject } },
  }
  readonly hooks: Record<string, () => Promise<void>>
  readonly #osls: Osls
  readonly #options: Options
  readonly #log: Utils['log']

  constructor(osls: Osls, options: Options, { log }: Utils) {
    this.#osls = osls
    this.#options = options
    this.#log = log
    this.hooks = {
      initialize: () => this.#checkLocalCloud(),
      'before:remove:remove': () => this.#checkSandboxes(),
    }
  }

  async #checkLocalCloud(): Promise<void> {
    const command = this.#osls.processedInput.commands.join(' ')
    if (this.#stage() !== 'local' || ![...CHANGING, ...READING].includes(command)) return
    const url = cloudUrl(process.env)
    try {
      const owner = await ownerOf(url)
      if (owner === undefined) return
      const own = realpathSync(this.#osls.serviceDir)
      const isChanging = CHANGING.includes(command) && !this.#options.plan
      if (owner.Project !== own) this.#meetOther(url, owner.Project, isChanging)
      if (!isChanging) return
      const { isReal } = runOf(url, owner)
      if (isReal && command === 'invoke local') this.#giveCredentials()
      if (DEPLOYING.includes(command)) await announce(url, { Command: command, Project: own })
    } catch (error) {
      if (error instanceof LocalError) throw this.#error(error.message, 'LOCAL_CLOUD', error)
      throw error
    }
  }

  #meetOther(url: string, project: string, isChanging: boolean): void {
    const whose = `The local cloud at ${url} belongs to ${project}, not to this project`
    if (!isChanging || this.#options['other-project']) {
      this.#log.notice(`${whose}.`)
      return
    }
    throw this.#error(
      `${whose}. Nothing was changed. Start one here (npm start -- --port 0 --ecs-port 0) and set ECS_MANAGER_LOCAL_CLOUD to its address, or, to work on that one, add --other-project`,
      'OTHER_PROJECT',
    )
  }

  /** With the real ECS, functions have the credentials of `npm start` by their role. On this computer: those of this shell. */
  #giveCredentials(): void {
    const { accessKeyId, secretKey, sessionToken } = this.#credentials()
    this.#options.env = [
      `VOLCENGINE_ACCESS_KEY=${accessKeyId}`,
      `VOLCENGINE_SECRET_KEY=${secretKey}`,
      `VOLCENGINE_SESSION_TOKEN=${sessionToken}`,
      ...[this.#options.env ?? []].flat(),
    ]
  }

  #credentials(): Credentials {
    try {
      return credentialsFrom(process.env, 'https://open.volcengineapi.com')
    } catch (cause) {
      throw this.#error(
        `The functions of this local cloud use the real ECS. ${(cause as Error).message}`,
        'MISSING_CREDENTIALS',
        cause,
      )
    }
  }

  async #checkSandboxes(): Promise<void> {
    if (this.#options['leave-sandboxes']) {
      this.#log.warning('Sandboxes are not removed. Those that exist go on running, and nothing ends them any more.')
      return
    }
    const { service, serviceDir } = this.#osls
    const stage = this.#stage()
    const way = `serverless remove --stage ${stage} --leave-sandboxes`
    try {
      const { ids, hasMore, tag } = await sandboxesOf(service, stage, serviceDir)
      if (ids.length === 0) return
      const count = hasMore
        ? `At least ${ids.length} sandboxes exist`
        : ids.length === 1
          ? 'A sandbox exists'
          : `${ids.length} sandboxes exist`
      const which = `${ids.slice(0, 5).join(', ')}${ids.length > 5 ? ' and others' : ''}`
      throw this.#error(
        `${count} (${which}; tag ${tag}). Without the clean-up, nothing ends what runs and costs money. Nothing was removed.\n` +
          `Delete them first, with DeleteSandbox or in the console of ECS. To leave them, for example to another stage with the same tag: ${way}`,
        'SANDBOXES_EXIST',
      )
    } catch (error) {
      if (!(error instanceof SandboxesUnknown)) throw error
      throw this.#error(
        `Cannot check whether sandboxes exist: ${error.message}. Nothing was removed, because without the clean-up nothing would end them.\n` +
          `If there are none, or they may stay: ${way}`,
        'SANDBOXES_UNKNOWN',
        error,
      )
    }
  }

  #stage(): string {
    return this.#options.stage ?? this.#osls.service.provider.stage ?? 'dev'
  }

  #error(message: string, code: string, cause?: unknown): Error {
    return new this.#osls.classes.Error(message, code, { cause })
  }
}
