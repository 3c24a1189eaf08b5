import { type ApigService, type ApigState, createApig } from './apig/index.ts'
import { createEcs, type EcsService, type EcsState } from './ecs/index.ts'
import { type AddressOptions, type EmulatedService, type Endpoint, startEndpoint } from './gateway/endpoint.ts'
import { type MachinesOptions, startMachines } from './machines/index.ts'
import { createVefaas, type VefaasService, type VefaasState } from './vefaas/index.ts'

export interface CloudOptions extends AddressOptions {
  ecs?: EcsState
  vefaas?: VefaasState
  apig?: Omit<ApigState, 'functions'>
  /** More services at the same address, each with its control at `/_emulator/<name>/`. */
  others?: readonly EmulatedService[]
  /** Runs programs in instances, whose addresses must be of 127.0.0.0/8. Without it, nothing runs in them. */
  machines?: MachinesOptions
}

export interface CloudEmulator extends Endpoint {
  ecs: EcsService
  vefaas: VefaasService
  apig: ApigService
}

/**
 * Starts an emulated VolcEngine on 127.0.0.1: ECS, veFaaS and APIG at one address, as at open.volcengineapi.com. The
 * gateways of APIG route to the functions of veFaaS. The control of each service is at `/_emulator/<service>/`, that of
 * ECS also at `/_emulator/`. Rejects with a RangeError for an invalid option, and with the system's error if a port is
 * taken; then nothing is left running.
 */
export async function startCloud(options: CloudOptions = {}): Promise<CloudEmulator> {
  const { port = 0, latencyMs = 0, others = [] } = options
  if (options.machines && !options.ecs?.addressBlock?.startsWith('127.')) {
    throw new RangeError('machines need an address block of 127.0.0.0/8')
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
    })
    started.push(endpoint)
    if (options.machines) started.push(await startMachines(ecs, options.machines))
    return { ...endpoint, ecs, vefaas, apig, close }
  } catch (error) {
    await close()
    throw error
  }
}
