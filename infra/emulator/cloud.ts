import { type ApigService, type ApigState, createApig } from './apig/index.ts'
import { createEcs, type EcsService, type EcsState } from './ecs/index.ts'
import { type MachinesOptions, startMachines } from './machines/index.ts'
import { type EmulatedService, type Endpoint, startEndpoint } from './openapi/endpoint.ts'
import { createVefaas, maxBodyBytes, type VefaasService, type VefaasState } from './vefaas/index.ts'

export interface CloudOptions {
  /** Of the signed API of all services; 0, the default, takes a free one. */
  port?: number
  /** How long every answer of a signed call waits, default 0. */
  latencyMs?: number
  ecs?: EcsState
  vefaas?: VefaasState
  apig?: Omit<ApigState, 'functions'>
  /** What its owner serves beside them, each with its control at `/_emulator/<name>/`. */
  others?: readonly EmulatedService[]
  /** What runs in instances; unless given, nothing does. Their addresses then have to be of 127.0.0.0/8. */
  machines?: MachinesOptions
}

export interface CloudEmulator extends Endpoint {
  ecs: EcsService
  vefaas: VefaasService
  apig: ApigService
}

/**
 * Starts a small VolcEngine on 127.0.0.1: ECS, veFaaS and APIG behind one address, as open.volcengineapi.com has them, with
 * the functions of veFaaS behind the gateways of APIG. The control of each is at `/_emulator/<service>/`, that of ECS also
 * at `/_emulator/`. Rejects with a RangeError for an option that makes no sense, and with the system's error when a port is
 * taken; nothing is left running then.
 */
export async function startCloud(options: CloudOptions = {}): Promise<CloudEmulator> {
  const { port = 0, latencyMs = 0, others = [] } = options
  if (options.machines && !options.ecs?.addressBlock?.startsWith('127.')) {
    throw new RangeError('what runs in instances needs an address block of 127.0.0.0/8')
  }
  const ecs = createEcs(options.ecs)
  const vefaas = createVefaas(options.vefaas)
  const started: { close(): void | Promise<void> }[] = [vefaas]
  const close = async () => {
    await Promise.all(started.map((part) => part.close()))
  }
  try {
    const apig = await createApig({ ...options.apig, functions: vefaas })
    started.push(apig)
    const endpoint = await startEndpoint({
      port,
      services: [ecs, vefaas, apig, ...others],
      latencyMs,
      maxBodyBytes,
    })
    started.push(endpoint)
    if (options.machines) started.push(await startMachines(ecs, options.machines))
    return { ...endpoint, ecs, vefaas, apig, close }
  } catch (error) {
    await close()
    throw error
  }
}
