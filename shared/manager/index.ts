import type { Config } from '../config/schema.ts'
import { type Call, cloud } from './cloud.ts'
import { type CreateRequest, createSandbox } from './create.ts'
import { deleteSandbox } from './delete.ts'
import { type DescribeRequest, describeSandboxes } from './describe.ts'
import { type EcsClient, ecsClient } from './ecs/client.ts'
import { credentialSource } from './ecs/credentials.ts'
import { inOurWords } from './refusal.ts'
import { admitToken, openTerminal } from './terminal.ts'

/** The sandboxes of this manager, for one call. All methods throw `ActionError`. */
export function sandboxes(call: Call) {
  const ecs = cloud(client(call.config), call)
  return {
    create: (request: CreateRequest) => inOurWords(() => createSandbox(ecs, call, request)),
    delete: (sandboxId: string) => inOurWords(() => deleteSandbox(ecs, call, sandboxId), sandboxId),
    describe: (request: DescribeRequest) => inOurWords(() => describeSandboxes(ecs, call, request)),
  }
}

/** The ways to see their desktops, for one call. All methods throw `ActionError`. */
export function terminals(call: Call) {
  const ecs = cloud(client(call.config), call)
  return {
    open: (sandboxId: string) => inOurWords(() => openTerminal(ecs, call, sandboxId), sandboxId),
    admit: (token: string) => inOurWords(() => admitToken(ecs, call, token)),
  }
}

/** Opens the connection to the cloud ahead of the first call. Never fails: the first call will say what is wrong. */
export function openConnection(config: Config): Promise<void> {
  return client(config).warmUp()
}

// One client a process, because it holds the open connections.
const clients = new WeakMap<Config, EcsClient>()

function client(config: Config): EcsClient {
  const existing = clients.get(config)
  if (existing !== undefined) return existing
  const { volcengine } = config
  const created = ecsClient({
    endpoint: volcengine.endpoint,
    region: volcengine.region,
    credentials: credentialSource(volcengine, process.env),
    tryTimeoutMs: volcengine.try_timeout_seconds * 1_000,
    maxTries: volcengine.max_tries,
  })
  clients.set(config, created)
  return created
}
