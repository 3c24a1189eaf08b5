import { explain } from './advice.ts'
import { CommandError } from './commands/command-error.ts'
import { definitions } from './commands/definitions.ts'
import { deploy } from './commands/deploy.ts'
import { deployFunction } from './commands/deploy-function.ts'
import { info } from './commands/info.ts'
import { invoke } from './commands/invoke.ts'
import { invokeLocal } from './commands/invoke-local/index.ts'
import { logs } from './commands/logs.ts'
import { remove } from './commands/remove.ts'
import { rollback } from './commands/rollback.ts'
import { type Packager, watch } from './commands/watch.ts'
import { type CommandContext, contextOf } from './context.ts'
import type { Options, Osls, Utils } from './osls.ts'
import { PlanError } from './plan/step.ts'
import { warningsOf } from './rules.ts'
import { eventSchemas, functionSchema, providerSchema } from './schema.ts'

const NAME = 'vefaas'

/**
 * The provider `vefaas` of osls, the `serverless` command. Deploys functions to VolcEngine veFaaS, with routes of the
 * API gateway, timers and Kafka triggers.
 */
export default class VefaasPlugin {
  readonly commands: object
  readonly hooks: Record<string, () => Promise<void>>

  static getProviderName(): string {
    return NAME
  }

  constructor(osls: Osls, options: Options, utils: Utils) {
    osls.setProvider(NAME, this)
    osls.configSchemaHandler.defineProvider(NAME, { provider: providerSchema, function: functionSchema })
    for (const [event, schema] of Object.entries(eventSchemas)) {
      osls.configSchemaHandler.defineFunctionEvent(NAME, event, schema)
    }

    this.commands = definitions

    /** Runs a command and explains its errors. */
    const command = (run: (context: CommandContext) => Promise<void>) => async () => {
      try {
        await run(contextOf(osls, options, utils))
      } catch (error) {
        const isExplained = error instanceof PlanError || error instanceof CommandError
        const explanation = isExplained ? error.message : explain(error)
        throw explanation === undefined ? error : new osls.classes.Error(explanation, 'VEFAAS')
      }
    }
    // Runs before packaging. `contextOf` throws if serverless.yml has problems.
    const check = command(async ({ config }) => {
      for (const warning of warningsOf(config)) utils.log.warning(warning)
    })
    this.hooks = {
      'before:package:initialize': check,
      'deploy:deploy': command(deploy),
      'deploy:function:deploy': command(deployFunction),
      'info:info': command(info),
      'remove:remove': command(remove),
      'logs:show': command((context) => logs(context)),
      'invoke:call': command(invoke),
      'invoke:local:invoke': command((context) => invokeLocal(context)),
      'rollback:function:release': command(rollback),
      'watch:deploy': () => osls.pluginManager.spawn('deploy'),
      'watch:watch': command((context) => watch(context, osls.pluginManager.plugins.find(isPackager))),
    }
  }
}

function isPackager(plugin: object): plugin is Packager {
  return 'watchPackages' in plugin
}
