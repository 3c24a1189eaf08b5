import { listAll } from '../cloud/pages.ts'
import type { FoundGateway, FoundGatewayService, GatewayItem, ServiceItem } from '../observe/gateways.ts'
import { foundService } from '../observe/gateways.ts'
import { hasOwnerComment, withOwnerComment } from '../owner-mark.ts'
import type { GatewaySpec, ServiceSpec } from '../service.ts'
import { isSame } from './compare.ts'
import { createOnce } from './create-once.ts'
import { type Ids, PlanError, type Step, type StepContext } from './step.ts'
import { waitUntil } from './wait-until.ts'

/** The cloud takes 60 to 70 s to create a serverless gateway. */
const GATEWAY_TIMEOUT_SECONDS = 10 * 60

const SERVICE_TIMEOUT_SECONDS = 3 * 60

/** The names of the gateway and its service in `Ids`. A plan has one of each. */
export const GATEWAY = 'the gateway'
export const GATEWAY_SERVICE = 'the gateway service'

/**
 * Returns the gateway that the service uses; undefined if it has to be created.
 * @throws {PlanError} if it cannot be used or created
 */
export function gatewayFor(
  { gateway, mark }: Pick<ServiceSpec, 'gateway' | 'mark'>,
  gateways: FoundGateway[],
): FoundGateway | undefined {
  const { id, name, isNamed, network } = gateway
  const found = gateways.find((one) => (id ? one.id === id : one.name === name))
  if (id && found === undefined)
    throw new PlanError(`gateway ${id} does not exist in this region: correct provider.gateway.id`)
  if (found === undefined) return undefined
  if (!found.isOurs && !isNamed) {
    throw new PlanError(
      `gateway ${name} exists, but this service has not created it: its comment does not contain ${mark.comment}. To use it, set provider.gateway.name; otherwise rename the service`,
    )
  }
  if (found.isOurs && found.network && !isSame(found.network, network)) {
    throw new PlanError(
      `gateway ${found.name} has the network ${describeNetwork({ network: found.network })}, which cannot be changed to ${describeNetwork({ network })}: set another provider.gateway.name, or remove the service first`,
    )
  }
  if (/Fail|Abnormal|Delet/i.test(found.status)) {
    throw new PlanError(
      `gateway ${found.name} is ${found.status}${found.message ? ` (${found.message})` : ''}: ${adviceFor(found)}`,
    )
  }
  return found
}

/** Creates the gateway and waits until it runs. An existing gateway is never changed. */
export function gatewayStep(service: ServiceSpec, found: FoundGateway | undefined, ids: Ids): Step {
  const { gateway } = service
  const step = { resource: 'gateway', name: found?.name ?? gateway.name }
  if (found === undefined) {
    const details = [`serverless, ${describeNetwork(gateway)} network; it takes a minute or two`]
    return { ...step, verb: 'create', details, run: (context) => createGateway(context, service) }
  }
  ids.set('gateway', GATEWAY, found.id)
  if (found.status === 'Running' || found.status === 'Updating') {
    return { ...step, verb: 'leave', details: found.isOurs ? [] : ['not created by this service'] }
  }
  return {
    ...step,
    verb: 'update',
    details: ['wait until it runs'],
    run: (context) => waitForGateway(context, found.id, found.name),
  }
}

async function createGateway(context: StepContext, { gateway, mark, region }: ServiceSpec): Promise<void> {
  const { client, ids } = context
  const body = {
    Name: gateway.name,
    Region: region,
    Type: 'serverless', // only this type can route to veFaaS functions
    ResourceSpec: {
      Replicas: 2,
      InstanceSpecCode: '1c2g',
      CLBSpecCode: 'small_1',
      PublicNetworkBillingType: 'traffic',
      NetworkType: gateway.network,
    },
    ...(gateway.vpc && { NetworkSpec: gateway.vpc }),
    ...(gateway.projectName && { ProjectName: gateway.projectName }),
    Comments: withOwnerComment(mark),
  }
  const { id } = await createOnce(context, {
    create: async () => (await client.call<{ Id: string }>('apig', 'CreateGateway', body)).Id,
    find: async () => {
      const all = await listAll<GatewayItem>(client, 'apig', 'ListGateways', { Filter: { Name: gateway.name } })
      // The filter may also return longer names.
      const isWanted = (one: GatewayItem) =>
        one.Name === gateway.name && (gateway.isNamed || hasOwnerComment(mark, one.Comments))
      return all.filter(isWanted).map(({ Id }) => Id)
    },
  })
  ids.set('gateway', GATEWAY, id)
  await waitForGateway(context, id, gateway.name)
}

async function waitForGateway(context: StepContext, Id: string, name: string): Promise<void> {
  await waitUntil(context, `gateway ${name}`, GATEWAY_TIMEOUT_SECONDS, async () => {
    const { Gateway } = await context.client.call<{ Gateway: { Status?: string; Message?: string } }>(
      'apig',
      'GetGateway',
      { Id },
    )
    return stateOf(`gateway ${name}`, Gateway.Status, Gateway.Message)
  })
}

/**
 * Returns the gateway service that the service uses; undefined if it has to be created.
 * @throws {PlanError} if it cannot be used
 */
export function gatewayServiceFor(
  { gateway }: ServiceSpec,
  found: FoundGateway | undefined,
): FoundGatewayService | undefined {
  const service = found?.services.find(({ name }) => name === gateway.serviceName)
  if (service === undefined) return undefined
  if (!service.isOurs && !gateway.isServiceNamed) {
    throw new PlanError(
      `gateway service ${service.name} exists in gateway ${found?.name}, but this service has not created it. To use it, set provider.gateway.service; otherwise rename the service`,
    )
  }
  const problem = networkProblem(gateway, service)
  if (problem !== undefined) throw new PlanError(problem)
  if (/Fail|Abnormal|Delet/i.test(service.status)) {
    throw new PlanError(
      `gateway service ${service.name} is ${service.status}${service.message ? ` (${service.message})` : ''}: ${adviceFor(service)}`,
    )
  }
  return service
}

/** Returns a problem if the addresses of the gateway service are not in the network of serverless.yml. */
function networkProblem({ network }: GatewaySpec, found: FoundGatewayService): string | undefined {
  const { name, isOurs, isPublic, addresses } = found
  if (addresses.length === 0 || isPublic === network.EnablePublicNetwork) return undefined
  const where = isPublic ? 'open to the public network' : 'only in the private network'
  const alternative = isOurs ? ', or remove the service first' : ''
  return `gateway service ${name} is ${where}, which cannot be changed: set another provider.gateway.service${alternative}`
}

function adviceFor({ isOurs }: { isOurs: boolean }): string {
  return isOurs ? 'delete it in the console of the API gateway, or wait until it is deleted' : 'wait, or ask its owner'
}

/** Creates the gateway service, which has the address, and waits until it runs. An existing one is never changed. */
export function gatewayServiceStep(service: ServiceSpec, found: FoundGatewayService | undefined, ids: Ids): Step {
  const { gateway } = service
  const step = { resource: 'gateway service', name: gateway.serviceName }
  if (found === undefined) {
    return {
      ...step,
      verb: 'create',
      details: [describeNetwork(gateway)],
      run: (context) => createService(context, service),
    }
  }
  ids.set('gateway service', GATEWAY_SERVICE, found.id)
  if (found.status === 'Running')
    return { ...step, verb: 'leave', details: found.isOurs ? [] : ['not created by this service'] }
  return {
    ...step,
    verb: 'update',
    details: ['wait until it runs'],
    run: (context) => waitForService(context, service, found.id),
  }
}

async function createService(context: StepContext, service: ServiceSpec): Promise<void> {
  const { gateway, mark } = service
  const { client, ids } = context
  const GatewayId = ids.get('gateway', GATEWAY)
  const body = {
    GatewayId,
    ServiceName: gateway.serviceName,
    Protocol: ['HTTP', 'HTTPS'],
    AuthSpec: { Enable: false }, // the documents recommend a plugin binding instead
    ServiceNetworkSpec: gateway.network,
    Comments: withOwnerComment(mark),
  }
  const { id } = await createOnce(context, {
    create: async () => (await client.call<{ Id: string }>('apig', 'CreateGatewayService', body)).Id,
    find: async () => {
      const all = await listAll<ServiceItem>(client, 'apig', 'ListGatewayServices', { GatewayId })
      return all
        .map((item) => foundService(mark, item))
        .filter(({ name, isOurs }) => name === gateway.serviceName && (isOurs || gateway.isServiceNamed))
        .map((one) => one.id)
    },
  })
  ids.set('gateway service', GATEWAY_SERVICE, id)
  await waitForService(context, service, id)
}

/** Waits until it runs, and checks its network before any route leads to a function. */
async function waitForService(context: StepContext, { gateway, mark }: ServiceSpec, Id: string): Promise<void> {
  const what = `gateway service ${gateway.serviceName}`
  const item = await waitUntil<ServiceItem>(context, what, SERVICE_TIMEOUT_SECONDS, async () => {
    const body = { Id }
    const { GatewayService } = await context.client.call<{ GatewayService: ServiceItem }>(
      'apig',
      'GetGatewayService',
      body,
    )
    const state = stateOf(what, GatewayService.Status, GatewayService.Message)
    return state === true ? GatewayService : state
  })
  const problem = networkProblem(gateway, foundService(mark, { ...item, Name: gateway.serviceName }))
  if (problem !== undefined) throw new Error(problem)
}

/**
 * Returns true if it runs; otherwise its status, for `waitUntil`.
 * @throws {Error} if it will never run
 */
function stateOf(what: string, status = '', message = ''): true | string {
  if (status === 'Running') return true
  if (/Fail|Abnormal|Delet/i.test(status)) throw new Error(`${what} is ${status}${message ? `: ${message}` : ''}`)
  return status || 'without a status'
}

function describeNetwork({ network }: { network: FoundGateway['network'] & object }): string {
  if (!network.EnablePrivateNetwork) return 'public'
  return network.EnablePublicNetwork ? 'public and private' : 'private'
}
