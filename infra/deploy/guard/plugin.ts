import { realpathSync } from 'node:fs'
import { LocalError } from '../../local/error.ts'
import { announce, cloudUrl, fetchOwner, readRunOf } from '../../local/local-api-client.ts'
import type { Credentials } from '../serverless-vefaas/cloud/client.ts'
import { credentialsFrom } from '../serverless-vefaas/credentials.ts'
import type { Options, Osls, Utils } from './osls.ts'
import { type Found, SandboxesUnknown, sandboxesOf } from './sandboxes.ts'

const otherProject = {
  usage: 'With --stage local: use the local cloud even if it belongs to another project folder',
  type: 'boolean',
}
const withOtherProject = { options: { 'other-project': otherProject } }
const leaveSandboxes = {
  usage: 'Remove even if sandboxes exist, which keep running without the clean-up',
  type: 'boolean',
}

/** The commands that change a deployment. */
const DEPLOYING = ['deploy', 'deploy function', 'remove', 'rollback function', 'watch']

/** The commands that may change a deployment or machines. */
const CHANGING = [...DEPLOYING, 'invoke', 'invoke local']

const READING = ['info', 'logs']

/**
 * Stops a `serverless` command that would remove the clean-up while sandboxes exist, or would change the local cloud of
 * another project folder. An option of the command overrides each check.
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
      const owner = await fetchOwner(url)
      if (owner === undefined) return
      const ownProject = realpathSync(this.#osls.serviceDir)
      const isChanging = CHANGING.includes(command) && !this.#options.plan
      if (owner.Project !== ownProject) this.#handleOtherProject(url, owner.Project, isChanging)
      if (!isChanging) return
      const { isReal } = readRunOf(owner, url)
      if (isReal && command === 'invoke local') this.#addCredentials()
      if (DEPLOYING.includes(command)) await announce(url, { Command: command, Project: ownProject })
    } catch (error) {
      if (error instanceof LocalError) throw this.#error(error.message, 'LOCAL_CLOUD', error)
      throw error
    }
  }

  #handleOtherProject(url: string, project: string, isChanging: boolean): void {
    const owner = `The local cloud at ${url} belongs to ${project}, not to this project`
    if (!isChanging || this.#options['other-project']) {
      this.#log.notice(`${owner}.`)
      return
    }
    throw this.#error(
      `${owner}. Nothing was changed. Start one here (npm start -- --port 0 --ecs-port 0) and set ECS_MANAGER_LOCAL_CLOUD to its address, or add --other-project to use that one`,
      'OTHER_PROJECT',
    )
  }

  /** Deployed functions get the credentials for the real ECS from their role. `invoke local` passes those of this shell. */
  #addCredentials(): void {
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
    const { service, serviceDir } = this.#osls
    const stage = this.#stage()
    const isRefused = !this.#options['leave-sandboxes']
    const override = `serverless remove --stage ${stage} --leave-sandboxes`
    try {
      const found = await sandboxesOf(service, stage, serviceDir)
      if (found.ids.length === 0) return
      const existing = describeSandboxes(found)
      if (isRefused) {
        throw this.#error(
          `${existing}. Without the clean-up, nothing deletes them after their end, and they cost money. Nothing was removed.\n` +
            `Delete them first, with DeleteSandbox or in the console of ECS. To keep them, for example for another stage with the same tag: ${override}`,
          'SANDBOXES_EXIST',
        )
      }
      this.#log.warning(`${existing}. Sandboxes keep running, and nothing deletes them after their end.`)
    } catch (error) {
      if (!(error instanceof SandboxesUnknown)) throw error
      const unknown = `Cannot check whether sandboxes exist: ${error.message}.`
      if (isRefused) {
        throw this.#error(
          `${unknown} Nothing was removed, because without the clean-up nothing would delete them.\n` +
            `If there are none, or to keep them: ${override}`,
          'SANDBOXES_UNKNOWN',
          error,
        )
      }
      this.#log.warning(`${unknown} If there are any, they keep running, and nothing deletes them after their end.`)
    }
  }

  #stage(): string {
    return this.#options.stage ?? this.#osls.service.provider.stage ?? 'dev'
  }

  #error(message: string, code: string, cause?: unknown): Error {
    return new this.#osls.classes.Error(message, code, { cause })
  }
}

function describeSandboxes({ ids, hasMore, tag }: Found): string {
  const examples = `${ids.slice(0, 5).join(', ')}${ids.length > 5 ? ' and others' : ''}`
  return `${describeCount(ids.length, hasMore)} (${examples}; tag ${tag})`
}

function describeCount(count: number, hasMore: boolean): string {
  if (hasMore) return `At least ${count} sandboxes exist`
  return count === 1 ? 'A sandbox exists' : `${count} sandboxes exist`
}
